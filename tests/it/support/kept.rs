//! Events put straight into a store, as if they had been received at some time.

use hooklog::store::Store;
use jiff::Timestamp;
use serde_json::json;

/// What makes one kept event unlike another.
pub struct Planted<'p> {
    pub received: Timestamp,
    pub portal: &'p str,
    pub code: &'p str,
    pub subject: &'p str,
}

impl Planted<'_> {
    /// Its key, with an id that no other has.
    pub fn key(&self, id: &str) -> String {
        let date = &self.received.to_string()[..10];
        format!("events/date={date}/{id}_{}_{}.json", self.portal, self.code)
    }

    pub fn id(&self) -> String {
        let millis = u64::try_from(self.received.as_millisecond()).unwrap();
        let mut random = [0; 10];
        random.fill_with(|| fastrand::u8(..));
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().to_string()
    }

    /// Its record, as the receiver would have made it.
    pub fn json(&self, id: &str) -> String {
        let (portal, code, subject) = (self.portal, self.code, self.subject);
        // The portal made it a second before.
        let sent = Timestamp::from_second(self.received.as_second() - 1).unwrap().to_string();
        let data = json!({
            "event": code, "data": { "FIELDS": { "ID": subject } },
            "auth": { "domain": portal, "application_token": "sha256:186574d8" },
        });
        let record = json!({
            "specversion": "1.0", "id": id, "source": format!("https://{portal}"), "type": format!("bitrix24.{code}"),
            "subject": subject, "time": sent, "datacontenttype": "application/json",
            "data": data, "receivedtime": format!("{:.3}", self.received), "tokenname": "test",
            "contenthash": "0".repeat(64),
        });
        record.to_string()
    }
}

/// Keeps an event; gives its id.
pub async fn plant(store: &Store, event: &Planted<'_>) -> String {
    let id = event.id();
    plant_object(store, &event.key(&id), event.json(&id).as_bytes()).await;
    id
}

pub async fn plant_object(store: &Store, key: &str, bytes: &[u8]) {
    store.put_new(key, bytes.to_vec().into(), "application/cloudevents+json").await.unwrap();
}

/// All keys that start with `prefix` and come after `after`.
pub async fn keys(store: &Store, prefix: &str, after: &str) -> Vec<String> {
    let mut pages = store.pages(prefix, after);
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        keys.extend(page);
    }
    keys
}
