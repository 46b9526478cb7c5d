//! The view's types of the API are those of the engine: generated from Rust, and stale ones fail.

use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use skein_engine::api::{ClientMessage, ServerMessage};
use ts_rs::{Config, TS, TypeVisitor};

const FILE: &str = "../../ui/src/ipc/generated.ts";
const HEAD: &str = "// The shapes of the engine's API, written from Rust by its test `typescript`. Do not edit: run\n\
                    // SKEIN_WRITE_TYPES=1 cargo test -p skein-engine --test laws typescript\n";

/// Gathers the declarations of a type and of all that it rests on.
struct Declarations<'c> {
    config: &'c Config,
    seen: HashSet<TypeId>,
    found: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Only what derives its type has a place for a file; the rest are words of TypeScript itself.
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        if T::output_path().is_some() {
            self.found
                .insert(T::ident(self.config), T::decl(self.config));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

fn generated() -> String {
    let config = Config::new().with_large_int("number");
    let mut declarations = Declarations {
        config: &config,
        seen: HashSet::new(),
        found: BTreeMap::new(),
    };
    declarations.visit::<ClientMessage>();
    declarations.visit::<ServerMessage>();
    let lines = declarations
        .found
        .values()
        .map(|declaration| format!("\nexport {declaration}\n"));
    format!("{HEAD}{}", lines.collect::<String>())
}

#[test]
fn the_views_types_are_the_engines() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if std::env::var_os("SKEIN_WRITE_TYPES").is_some() {
        std::fs::write(&path, generated()).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap();
    assert!(
        there == generated(),
        "ui/src/ipc/generated.ts is stale: SKEIN_WRITE_TYPES=1 cargo test -p skein-engine --test laws typescript"
    );
}
