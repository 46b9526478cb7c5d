//! What can be said on the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use skein_engine::relay::WorkspaceId;

/// Skein: notes and boards for teams that are rarely awake at the same hour. Local first, end-to-end encrypted.
#[derive(Debug, Parser)]
#[command(name = "skein", version, max_term_width = 100)]
pub(crate) struct Arguments {
    /// The profile's folder [default: $XDG_DATA_HOME/skein or ~/.local/share/skein]
    #[arg(long, global = true, env = "SKEIN_PROFILE", value_name = "DIR")]
    pub(crate) profile: Option<PathBuf>,
    /// Which workspace of the profile, by its name or its short name [default: the first]
    #[arg(long, global = true, value_name = "WORKSPACE")]
    pub(crate) workspace: Option<String>,
    /// Print one JSON value instead of words
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Speak to this machine only; announce nothing on the local network
    #[arg(long, global = true, env = "SKEIN_THIS_MACHINE_ONLY")]
    pub(crate) this_machine_only: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a workspace in this profile
    Init {
        /// Your name, as colleagues will read it
        #[arg(long)]
        name: String,
        /// The workspace's name
        #[arg(long)]
        workspace: String,
        /// Beside the workspaces that the profile has: with a device key, a file and connections of its own
        #[arg(long)]
        another: bool,
    },
    /// The workspaces of this profile; one of them is taken off this machine by `remove`
    Workspaces {
        #[command(subcommand)]
        command: Option<Workspaces>,
    },
    /// Notes
    #[command(subcommand)]
    Note(Note),
    /// Task boards
    #[command(subcommand)]
    Board(Board),
    /// Cards on task boards
    #[command(subcommand)]
    Card(Card),
    /// Files attached to notes and boards
    #[command(subcommand)]
    File(File),
    /// Find words in titles, notes and cards
    Search {
        /// The words; the last one may be unfinished
        #[arg(required = true)]
        text: Vec<String>,
        /// How many hits at most
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Take in notes from elsewhere
    #[command(subcommand)]
    Import(Import),
    /// Write everything as plain files into a new or empty folder
    Export {
        /// The folder
        folder: PathBuf,
    },
    /// Carry changes by hand, where no network does: on a stick, by mail
    #[command(subcommand)]
    Bundle(Bundle),
    /// Exchange through a folder that others have too: on a stick, or kept alike by any tool that copies files
    #[command(subcommand)]
    Folder(Folder),
    /// Make an invite for a colleague or for a further device of yours, list them, or close one
    #[command(args_conflicts_with_subcommands = true)]
    Invite {
        #[command(subcommand)]
        command: Option<Invite>,
        /// For a further device of yours: it goes by your name, and the invite by default is good for an hour or so
        #[arg(long, conflicts_with_all = ["role", "uses"])]
        my_device: bool,
        /// To be kept on paper for the day on which every device of yours is lost: it does not end by itself
        #[arg(long, requires = "my_device", conflicts_with_all = ["expires", "code"])]
        on_paper: bool,
        /// What the invited may do
        #[arg(long, value_enum, default_value_t = Role::Editor)]
        role: Role,
        /// How many may use it
        #[arg(long, default_value_t = 1)]
        uses: u32,
        /// After how many hours it ends
        #[arg(long, value_name = "HOURS")]
        expires: Option<u32>,
        /// Ask me before they get in: `skein people pending`, `approve`, `decline`
        #[arg(long, conflicts_with = "my_device")]
        approval: bool,
        /// Also show a short code to read aloud, and stay until it is used, over, or Ctrl+C is pressed
        #[arg(long)]
        code: bool,
    },
    /// Join a workspace by an invite
    Join {
        /// The invite, as text or link; or the short code that is shown, on another network with the address: K7QM-2XPD@192.168.1.5:4711
        ticket: String,
        /// Your name, as colleagues will read it; not needed for a further device of yours
        #[arg(long)]
        name: Option<String>,
        /// A bundle that came with the invite: then nobody has to be reached
        #[arg(long, value_name = "FILE")]
        bundle: Option<PathBuf>,
        /// A folder that the others exchange through: then nobody has to be reached
        #[arg(long, value_name = "DIR")]
        folder: Option<PathBuf>,
        /// How long to try before leaving the rest to later (seconds)
        #[arg(long, default_value_t = 60, value_name = "SECONDS")]
        wait: u64,
        /// Beside the workspaces that the profile has: with a device key, a file and connections of its own
        #[arg(long)]
        another: bool,
    },
    /// The members, with their clocks; what they may do, and who goes
    People {
        #[command(subcommand)]
        command: Option<People>,
    },
    /// Your own devices
    #[command(subcommand)]
    Device(Device),
    /// What you say of yourself: name, time zone, working hours
    #[command(subcommand)]
    Profile(Profile),
    /// Other devices of the workspace, and how they are connected
    Peers,
    /// Connect to a colleague's address, such as 192.168.1.5:4711
    Connect {
        /// The address
        address: String,
        /// How long to try (seconds)
        #[arg(long, default_value_t = 30, value_name = "SECONDS")]
        wait: u64,
    },
    /// Why a colleague's device or a relay is not connected, way by way
    Why {
        /// The person, the relay's place, or the device's id, as `skein peers` lists them
        name: String,
        /// How long to try (seconds)
        #[arg(long, default_value_t = 20, value_name = "SECONDS")]
        wait: u64,
    },
    /// What this profile is, and how far its work got
    Status,
    /// Exchange with whoever can be reached
    Sync {
        /// Exit once all is exchanged with everybody who can be reached
        #[arg(long, required = true)]
        until_idle: bool,
        /// How long to look for somebody (seconds)
        #[arg(long, default_value_t = 15, value_name = "SECONDS")]
        wait: u64,
        /// How long all of it may take (seconds)
        #[arg(long, default_value_t = 600, value_name = "SECONDS")]
        timeout: u64,
    },
    /// Stay and exchange with colleagues in all workspaces of the profile, or in the one that is named, without a window
    Run {
        /// Listen on this port instead of the workspace's own; others choose theirs
        #[arg(long)]
        port: Option<u16>,
    },
    /// The relays of the workspace: always on, they hold for whoever is away what they cannot read
    Relays {
        #[command(subcommand)]
        command: Option<Relays>,
    },
    /// Be a relay: hold and pass on what members write, without being able to read it
    Relay(Relay),
    /// Show the interface in a browser on this machine
    Serve {
        /// The port of the page [default: a free one]
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
    /// How much room this workspace takes on this machine, and what for; and give some of it back
    Storage {
        #[command(subcommand)]
        command: Option<Storage>,
    },
    /// How the device key rests on this machine, and another protection for it
    ///
    /// The key is this device's identity. It is made here and stays here: there is no command that exports or imports it, by design.
    /// A further device joins by an invite of its own (`skein invite --my-device`), and one that is lost is removed (`skein device remove`).
    Key {
        #[command(subcommand)]
        command: Option<Key>,
    },
    /// Load every document again and compare it with everything that is known of it
    Audit,
    /// Backups of this profile's file: made every day while Skein stays open, or now; tried, and restored
    #[command(subcommand)]
    Backup(Backup),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Workspaces {
    /// Take a workspace off this machine. Colleagues and other devices of yours keep it
    ///
    /// Its files are set aside in the profile's folder `removed`, from where they can be put back. Colleagues go on to count on this
    /// device until you leave (`skein people leave`) or it is removed (`skein device remove`).
    Remove {
        /// Which (name, or short name as `skein workspaces` shows it)
        name: String,
        /// Also if something of it is on no other device, as far as is known here
        #[arg(long)]
        although_not_delivered: bool,
        /// Delete its files: nothing is set aside
        #[arg(long)]
        for_good: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Protect it in another way. The new way is tried before the old one goes; the device stays the same
    ///
    /// A passphrase is asked for at the terminal; a script gives the new one as the first line of standard input, and the one that
    /// opens the profile in a file that SKEIN_PASSPHRASE_FILE names. A passphrase that is forgotten cannot be had back.
    Protect {
        /// By what
        #[arg(long, value_enum)]
        with: Protection,
    },
}

/// What protects the device key.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Protection {
    /// A key in the system's keychain, which is open while you are logged in to the desktop
    Keychain,
    /// A passphrase, to be given whenever the profile is opened; the window cannot ask for it
    Passphrase,
    /// Nothing but the file's permissions
    File,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Storage {
    /// Let attached files go that another device, connected now, holds: they come back when they are opened
    Free {
        /// Only say what would go
        #[arg(long)]
        dry_run: bool,
        /// Only files of so many MiB or more
        #[arg(long, value_name = "MIB", default_value_t = 0)]
        at_least: u64,
        /// How many seconds to wait for another device
        #[arg(long, value_name = "SECONDS", default_value_t = 10)]
        wait: u32,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Backup {
    /// Those that there are, the newest first
    List,
    /// Make one now, and check it
    Make,
    /// Open one and load every document in it, to see that all of it could be had back; nothing is changed
    Try {
        /// Which one, as `list` names it; the newest when absent
        backup: Option<String>,
    },
    /// Put one in the place of the profile's file, when Skein starts next; what is there now is set aside, and what it holds is merged again
    Restore {
        /// Which one, as `list` names it
        backup: String,
    },
    /// Put the profile's file together anew, when Skein starts next, of what can be read of it and of what colleagues hold: for a damaged file
    /// without a good backup; what is there now is set aside
    Repair,
    /// Restore and repair nothing after all
    Keep,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Profile {
    /// What you say of yourself
    Show,
    /// Say it anew; what is left out stays as it is
    Set {
        /// Your name
        #[arg(long)]
        name: Option<String>,
        /// Your time zone, such as Europe/Lisbon
        #[arg(long)]
        zone: Option<String>,
        /// Your working hours, such as 09:00-17:30
        #[arg(long, value_name = "FROM-TO")]
        hours: Option<String>,
        /// The days you work on, such as mon-fri or mon,wed,sat
        #[arg(long)]
        days: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum People {
    /// Everybody, with their clock
    List,
    /// Give somebody another role, as an owner
    Role {
        /// Whom (name, or id as --json shows it)
        person: String,
        /// What they may do from now on
        #[arg(value_enum)]
        role: Role,
    },
    /// Six words for each of somebody's devices; they see the same, to compare by voice
    Words {
        /// Whom (name, or id as --json shows it)
        person: String,
    },
    /// Who asks to be let in, with the six words of their device
    Pending,
    /// Let somebody in who asks, as an owner
    Approve {
        /// Whom (name, or id as --json shows it)
        person: String,
    },
    /// Do not let somebody in who asks, as an owner. They are told, and cannot ask again with that profile
    Decline {
        /// Whom (name, or id as --json shows it)
        person: String,
    },
    /// Make an invite by which somebody who lost their devices comes back as themselves, as an owner
    Return {
        /// Whom (name, or id as --json shows it)
        person: String,
        /// After how many hours it ends
        #[arg(long, default_value_t = 48, value_name = "HOURS")]
        expires: u32,
    },
    /// Take somebody out with all their devices, for good, as an owner. They keep what they have
    Remove {
        /// Whom (name, or id as --json shows it)
        person: String,
    },
    /// Leave the workspace with all your devices, for good. What is here stays readable
    Leave {
        /// Yes, for good
        #[arg(long, required = true)]
        for_good: bool,
        /// Also if changes are on no other device, as far as is known here, and would stay
        #[arg(long)]
        even_unsent: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Device {
    /// Your devices, this one first
    List,
    /// Take one device out, for good: yours, or as an owner anybody's. What is on it stays on it
    Remove {
        /// Which (the beginning of its id)
        device: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Relays {
    /// The relays, and how they are connected
    List,
    /// Name a relay, as an owner, by the address that `skein relay` prints
    Add {
        /// The address
        address: String,
    },
    /// Name a relay no more, as an owner
    Remove {
        /// Which (as listed, or the beginning of its id)
        relay: String,
    },
}

/// What a relay is told when it starts. A service file tells the same by the environment.
#[derive(Debug, Args)]
pub(crate) struct Relay {
    /// Where its key and the workspaces rest
    #[arg(long, env = "SKEIN_RELAY_DATA", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Keep the workspaces in a PostgreSQL database, which other relays may share: postgres://USER:PASSWORD@HOST/DATABASE. Better
    /// told by the environment, where other users do not see it [default: files in the folder]
    // Taken as it is: what clap says of a value that it refuses shows the value.
    #[arg(
        long,
        env = "SKEIN_RELAY_STORE",
        hide_env_values = true,
        value_name = "ADDRESS"
    )]
    pub(crate) store: Option<String>,
    /// Listen at this address and port [default: port 4711 of every address of this machine]
    #[arg(long, env = "SKEIN_RELAY_LISTEN", value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// Where members reach it from outside, such as relay.example.org:4711 [default: where it listens]
    #[arg(
        long,
        env = "SKEIN_RELAY_EXTERNAL",
        value_name = "ADDRESS",
        value_delimiter = ','
    )]
    pub(crate) external: Vec<String>,
    /// A workspace to serve, by the id that `skein relays` shows; may be repeated. No other is served
    #[arg(
        long,
        env = "SKEIN_RELAY_ALLOW",
        value_name = "WORKSPACE",
        value_delimiter = ',',
        required = true
    )]
    pub(crate) allow: Vec<WorkspaceId>,
    /// How many MiB each workspace may take
    #[arg(
        long,
        env = "SKEIN_RELAY_QUOTA",
        value_name = "MIB",
        default_value_t = 4096
    )]
    pub(crate) quota: u64,
    /// How many KiB one connection may bring in a second
    #[arg(long, env = "SKEIN_RELAY_RATE", value_name = "KIB", default_value_t = 8192, value_parser = clap::value_parser!(u64).range(64..))]
    pub(crate) rate: u64,
    /// How many devices may be connected at once
    #[arg(long, env = "SKEIN_RELAY_DEVICES", value_name = "COUNT", default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=250))]
    pub(crate) devices: u16,
    /// How many pairs of devices that reach each other by no other way it may connect at once; 0 for none
    #[arg(
        long,
        env = "SKEIN_RELAY_PAIRS",
        value_name = "COUNT",
        default_value_t = 100
    )]
    pub(crate) pairs: u16,
    /// Where the status page, /health and /metrics are, on this machine only
    #[arg(
        long,
        env = "SKEIN_RELAY_STATUS",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:4712"
    )]
    pub(crate) status: SocketAddr,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Invite {
    /// All invites, the newest first
    List,
    /// Close an invite; whoever came in by it stays, and who still asks by it is declined
    Revoke {
        /// The invite (id, as listed)
        id: String,
    },
}

/// What an invited person may do.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Role {
    /// Everything, membership included
    Owner,
    /// Write and read
    Editor,
    /// Read and comment
    Commenter,
    /// Read
    Viewer,
}

#[derive(Debug, Args)]
pub(crate) struct Place {
    /// Under this document (title or id)
    #[arg(long, value_name = "DOCUMENT")]
    pub(crate) under: Option<String>,
    /// After this sibling (title or id)
    #[arg(long, value_name = "DOCUMENT")]
    pub(crate) after: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Note {
    /// Make a note
    New {
        /// Its title
        title: String,
        /// Its text; - reads standard input
        #[arg(long)]
        text: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// All notes, in the order of the tree
    List {
        /// Those in the trash instead
        #[arg(long)]
        trashed: bool,
    },
    /// One note's text
    Show {
        /// Title or id
        id: String,
    },
    /// Add a paragraph at the end
    Append {
        /// Title or id
        id: String,
        /// The paragraph; - reads standard input
        text: String,
    },
    /// Open a note in $EDITOR; what others write meanwhile is merged when you save
    Edit {
        /// Title or id
        id: String,
    },
    /// Give a note another title
    Rename {
        /// Title or id
        id: String,
        /// The new title
        title: String,
    },
    /// Put a note elsewhere in the tree; without --under, at the top level
    Move {
        /// Title or id
        id: String,
        #[command(flatten)]
        place: Place,
    },
    /// Put a note in the trash
    Delete {
        /// Title or id
        id: String,
    },
    /// Take a note out of the trash
    Restore {
        /// Title or id
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Board {
    /// Make a board
    New {
        /// Its title
        title: String,
        /// A column; may be repeated [default: To do, Doing, Done]
        #[arg(long = "column")]
        columns: Vec<String>,
        #[command(flatten)]
        place: Place,
    },
    /// All boards
    List,
    /// One board with its cards
    Show {
        /// Title or id
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Card {
    /// Add a card at the end of a column
    Add {
        /// The board (title or id)
        board: String,
        /// The column (title or id)
        column: String,
        /// The card's title
        title: String,
    },
    /// Move a card to a column: to its top, or after another card
    Move {
        /// The card (id)
        card: String,
        /// The column (title or id)
        column: String,
        /// After this card (id)
        #[arg(long)]
        after: Option<String>,
    },
    /// Set a field of a card; an empty value clears it
    Set {
        /// The card (id)
        card: String,
        /// Which field
        #[arg(value_enum)]
        field: Field,
        /// The value; lists are separated by commas
        value: String,
    },
    /// All cards, of one board or of all
    List {
        /// The board (title or id)
        board: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum File {
    /// Attach a file; prints what to write into a text to show it
    Add {
        /// The note or board (title or id)
        document: String,
        /// The file
        path: PathBuf,
    },
    /// The files of a note or board
    List {
        /// The note or board (title or id)
        document: String,
    },
    /// Write an attached file to disk; nothing is overwritten. One that is not here is fetched first
    Get {
        /// The note or board (title or id)
        document: String,
        /// The file (name or id)
        file: String,
        /// Where to [default: its name, in this folder]
        #[arg(long, value_name = "PATH")]
        out: Option<PathBuf>,
        /// How long to wait for what is not here (seconds)
        #[arg(long, default_value_t = 60, value_name = "SECONDS")]
        wait: u64,
    },
}

/// A field of a card.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Field {
    Title,
    Description,
    Assignees,
    /// The one who answers for it
    Owner,
    Labels,
    /// YYYY-MM-DD
    Due,
    /// low, medium, high or urgent
    Priority,
    /// yes or no
    Archived,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Bundle {
    /// Write what is here to a file that another device of the workspace can take in; it is encrypted
    Export {
        /// Only what this person's devices are not known to hold (name, or id as --json shows it)
        #[arg(long = "for", value_name = "PERSON")]
        person: Option<String>,
        /// The file
        file: PathBuf,
    },
    /// Take in such a file; nothing comes twice
    Import {
        /// The file
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Folder {
    /// Take a folder into use, and exchange with it at once; what is written there is encrypted
    Add {
        /// The folder; it must be there
        folder: PathBuf,
    },
    /// The folders of this device, and how each stands
    List,
    /// Take a folder out of use; the files in it stay
    Remove {
        /// The folder
        folder: PathBuf,
    },
    /// Read all folders now, and write to them all that they lack
    Sync,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// A folder of Markdown files: folders become the tree, text and links stay as they are
    Markdown {
        /// The folder
        folder: PathBuf,
    },
}
