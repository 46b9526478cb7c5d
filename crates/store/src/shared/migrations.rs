//! The form of the database: its schema, and how it is brought to this version's form.

use tokio_postgres::{Client, Error};

/// Every form the schema ever had, by the way that leads there from the one before.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/shared/0001_first.sql"),
    include_str!("../../migrations/shared/0002_packs.sql"),
];

/// Relays that start at once wait here for each other ("SKEN").
const LOCK: i64 = 0x534b_454e;

/// What was found of the schema, after it was brought to the newest form.
pub(super) enum Form {
    /// It has this version's form.
    Known,
    /// A newer version was here; nothing was changed.
    Newer(i32),
}

/// The form that this version gives it.
pub(super) fn newest() -> i32 {
    i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX)
}

/// Brings the schema to the newest form, whole or not at all.
pub(super) async fn migrate(client: &mut Client) -> Result<Form, Error> {
    let transaction = client.transaction().await?;
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
        .await?;
    // Looked for first, since a database may be given to a relay that may make nothing in it.
    let sql = "SELECT to_regclass('skein_relay.form') IS NOT NULL";
    let is_there: bool = transaction.query_one(sql, &[]).await?.try_get(0)?;
    if !is_there {
        let sql = "CREATE SCHEMA IF NOT EXISTS skein_relay;
            CREATE TABLE skein_relay.form (version integer NOT NULL);
            INSERT INTO skein_relay.form VALUES (0)";
        transaction.batch_execute(sql).await?;
    }
    let sql = "SELECT version FROM skein_relay.form";
    let found: i32 = transaction.query_one(sql, &[]).await?.try_get(0)?;
    if found > newest() {
        return Ok(Form::Newer(found));
    }
    let done = usize::try_from(found).unwrap_or_default();
    for migration in MIGRATIONS.iter().skip(done) {
        transaction.batch_execute(migration).await?;
    }
    if found < newest() {
        let sql = "UPDATE skein_relay.form SET version = $1";
        transaction.execute(sql, &[&newest()]).await?;
    }
    transaction.commit().await?;
    Ok(Form::Known)
}
