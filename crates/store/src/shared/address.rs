//! Where a database is and how it is entered. Its password is shown to the server and to nobody else.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::error::SharedOpenError;

/// How long a server may take to let somebody in.
const CONNECTING: Duration = Duration::from_secs(5);
/// A server that says nothing for so long is asked whether it is there, and soon given up.
const SILENCE: Duration = Duration::from_secs(15);

/// `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with what libpq takes behind a question mark. Shown without its password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseAddress(Config);

impl DatabaseAddress {
    pub(super) const fn config(&self) -> &Config {
        &self.0
    }

    /// Whether nothing may be said in the clear.
    pub(super) fn wants_tls(&self) -> bool {
        self.0.get_ssl_mode() == SslMode::Require
    }
}

impl FromStr for DatabaseAddress {
    type Err = SharedOpenError;

    fn from_str(text: &str) -> Result<Self, SharedOpenError> {
        let is_address = ["postgres://", "postgresql://"].iter();
        if !is_address.copied().any(|start| text.starts_with(start)) {
            return Err(SharedOpenError::Address);
        }
        // Its words may hold a part of the password.
        let mut config: Config = text.parse().map_err(|_| SharedOpenError::Address)?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(SharedOpenError::Address);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECTING);
        }
        config
            .keepalives_idle(SILENCE)
            .keepalives_interval(SILENCE / 3)
            .keepalives_retries(3)
            .tcp_user_timeout(SILENCE)
            .application_name("skein relay");
        Ok(Self(config))
    }
}

impl fmt::Display for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts = self.0.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        });
        let addresses = self.0.get_hostaddrs().iter().map(ToString::to_string);
        let places: Vec<String> = hosts.chain(addresses).collect();
        let database = self.0.get_dbname().or(self.0.get_user());
        write!(f, "{}/{}", places.join(","), database.unwrap_or_default())
    }
}

impl fmt::Debug for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseAddress({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let text = "postgres://ana:ge%40heim@db.example.org:5433/geese?sslmode=require";
        let address: DatabaseAddress = text.parse().unwrap();
        assert_eq!(address.to_string(), "db.example.org/geese");
        assert!(address.wants_tls());
        let shown = format!("{address:?}");
        assert!(!shown.contains("heim"), "{shown}");
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        for text in [
            "geheim",
            "postgres://",
            "postgres://ana:geheim@db/geese?geheim=1",
            "postgres://ana:geheim@db/geese?sslmode=geheim",
            "postgres://ana:geheim@db:geheim/geese",
            "mysql://ana:geheim@db/geese",
        ] {
            let error = text.parse::<DatabaseAddress>().unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("geheim"), "{shown}");
        }
    }
}
