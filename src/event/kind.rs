//! Tells Bitrix24's senders apart by the shape of what they send.

use super::envelope::Envelope;
use super::label::Code;

/// Which of Bitrix24's senders made a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An outgoing webhook made in the portal's pages. What an application gets when a robot or an agent acted
    /// has the same shape and counts as this.
    Webhook,
    /// An event of an application, with its OAuth block.
    Application,
    /// The application was installed, changed, paid for or removed.
    Lifecycle,
    /// A robot or business process that calls a URL: `document_id` and `auth` only.
    Robot,
    /// A robot or activity that an application added: `event_token`, `properties`.
    Activity,
    /// A message for an application's message service to send.
    MessageSender,
    /// A chat bot's event, first version.
    Bot,
    /// A chat bot's event, second version.
    BotV2,
    /// The notice that offline events wait to be fetched.
    Offline,
    /// An event straight from a boxed portal with a provider of its own: no `auth`.
    Direct,
    /// Any other form.
    Other,
}

impl Kind {
    pub(super) fn of(envelope: &Envelope<'_>) -> Self {
        match envelope.event.as_deref().filter(|code| !code.is_empty()) {
            Some(code) => Self::of_event(&code.to_ascii_uppercase(), envelope),
            None => Self::of_call(envelope),
        }
    }

    fn of_event(code: &str, envelope: &Envelope<'_>) -> Self {
        match code {
            "ONOFFLINEEVENT" => Self::Offline,
            "ONAPPINSTALL"
            | "ONAPPUPDATE"
            | "ONAPPUNINSTALL"
            | "ONAPPMETHODCONFIRM"
            | "ONAPPPAYMENT"
            | "ONSUBSCRIPTIONRENEW" => Self::Lifecycle,
            _ if code.starts_with("ONIMBOTV2") => Self::BotV2,
            _ if code.starts_with("ONIMBOT") || code == "ONIMCOMMANDADD" => Self::Bot,
            _ => match &envelope.auth {
                None => Self::Direct,
                Some(auth) if auth.access_token.is_some() => Self::Application,
                Some(_) => Self::Webhook,
            },
        }
    }

    fn of_call(envelope: &Envelope<'_>) -> Self {
        if envelope.module_id.is_some() && envelope.message_id.is_some() {
            Self::MessageSender
        } else if envelope.event_token.is_some() || envelope.workflow_id.is_some() {
            Self::Activity
        } else if envelope.document_id.is_some() {
            Self::Robot
        } else {
            Self::Other
        }
    }

    /// The word that stands for the event code where the form has none.
    pub(super) fn code(self) -> Code {
        Code::fixed(match self {
            Self::Robot => "ROBOT",
            Self::Activity => "ACTIVITY",
            Self::Webhook
            | Self::Application
            | Self::Lifecycle
            | Self::MessageSender
            | Self::Bot
            | Self::BotV2
            | Self::Offline
            | Self::Direct
            | Self::Other => "REQUEST",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;
    use crate::event::Event;
    use crate::form::{Form, Limits};

    #[test]
    fn each_sender_is_told_by_its_shape() {
        for (body, kind, code) in [
            ("event=onTaskAdd&ts=1&auth[domain]=d", Kind::Webhook, "ONTASKADD"),
            ("event=ONCRMDEALADD&auth[access_token]=a", Kind::Application, "ONCRMDEALADD"),
            ("event=ONAPPINSTALL&auth[access_token]=a", Kind::Lifecycle, "ONAPPINSTALL"),
            ("document_id[]=crm&document_id[]=C&document_id[]=D&auth[domain]=d", Kind::Robot, "ROBOT"),
            ("workflow_id=1&event_token=t&document_id[]=crm", Kind::Activity, "ACTIVITY"),
            ("module_id=crm&message_id=1&document_id[]=crm", Kind::MessageSender, "REQUEST"),
            ("event=ONIMBOTMESSAGEADD&auth[access_token]=a", Kind::Bot, "ONIMBOTMESSAGEADD"),
            ("event=ONIMCOMMANDADD&auth[access_token]=a", Kind::Bot, "ONIMCOMMANDADD"),
            ("event=ONIMBOTV2MESSAGEADD&auth[access_token]=a", Kind::BotV2, "ONIMBOTV2MESSAGEADD"),
            ("event=ONOFFLINEEVENT&auth[access_token]=a", Kind::Offline, "ONOFFLINEEVENT"),
            ("event=CATALOG.PRODUCT.ON.ADD&ts=1", Kind::Direct, "CATALOG.PRODUCT.ON.ADD"),
            ("AUTH_ID=1&PLACEMENT=DEFAULT", Kind::Other, "REQUEST"),
            ("event=&auth[domain]=d", Kind::Other, "REQUEST"),
            ("", Kind::Other, "REQUEST"),
        ] {
            let form = Form::parse(body.as_bytes(), &Limits::default()).unwrap();
            let event = Event::read(&form, |_| false);
            assert_eq!((event.kind, event.code.as_str()), (kind, code), "{body}");
        }
    }
}
