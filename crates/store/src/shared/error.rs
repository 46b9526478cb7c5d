//! What can go wrong with a database that relays share, in words that say what was kept and show no password.

/// A read or write of the database that did not succeed. What was acknowledged before is kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SharedError {
    /// There is no connection at present; it is tried again and again.
    #[error(
        "the database cannot be reached ({0}): nothing of this was acknowledged, everything acknowledged before is in the database. It is tried again by itself; see that the server runs"
    )]
    Away(String),
    /// The database did not do it.
    #[error(
        "the database did not do it ({0}): nothing of this was kept, everything acknowledged before is. See the server's log"
    )]
    Refused(String),
    /// Something that was here is not here any more: a backup was put back, or another server took over that did not have all.
    #[error(
        "the database holds less than it did: what is missing comes again from the members, once the workspace is taken up anew"
    )]
    WentBack,
    /// What is in the database is not what a relay wrote.
    #[error(
        "the database holds {0}, which no relay writes: it is left as it is. Put back a backup of the schema skein_relay, or move it away: members bring everything again"
    )]
    Damaged(String),
}

/// A database that could not be taken up at the start.
#[derive(Debug, thiserror::Error)]
pub enum SharedOpenError {
    /// The address cannot be understood. Its words are not repeated, since a password may be among them.
    #[error(
        "The address of the database cannot be understood. Nothing was started. It looks like postgres://USER:PASSWORD@HOST/DATABASE, with signs of the password such as @ and / written as %40 and %2F, and ?sslmode=disable, prefer or require behind it if need be"
    )]
    Address,
    /// The server does not answer, or does not let the relay in.
    #[error(
        "The database at {place} cannot be used: {reason}. Nothing was started. See that the server runs there, and that user, password and database are right"
    )]
    Unreachable {
        /// Where it was looked for, without a password.
        place: String,
        /// What happened.
        reason: String,
    },
    /// A newer version was here.
    #[error(
        "The database at {place} has the form {found} of a newer Skein; this one knows {known}. Nothing was changed. Use that version or a newer one"
    )]
    Newer {
        /// Where it is, without a password.
        place: String,
        /// The form it has.
        found: i32,
        /// The newest form that is known here.
        known: i32,
    },
}
