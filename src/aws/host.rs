//! Where AWS's services are.

/// The host of a service in a region. The partitions have domains of their own
/// (<https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>).
#[must_use]
pub fn host(service: &str, region: &str) -> String {
    let domain = match region {
        china if china.starts_with("cn-") => "amazonaws.com.cn",
        europe if europe.starts_with("eusc-") => "amazonaws.eu",
        _ => "amazonaws.com",
    };
    format!("{service}.{region}.{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_its_domain() {
        assert_eq!(host("s3", "eu-central-1"), "s3.eu-central-1.amazonaws.com");
        assert_eq!(host("s3", "cn-north-1"), "s3.cn-north-1.amazonaws.com.cn");
        assert_eq!(host("lambda", "eusc-de-east-1"), "lambda.eusc-de-east-1.amazonaws.eu");
    }
}
