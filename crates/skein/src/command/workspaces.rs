//! `skein workspaces`: those of this profile, by name. None is opened for it.

use skein_engine::Places;
use skein_engine::api::ListedWorkspace;

use crate::failure::Failure;
use crate::output::Output;

pub(super) fn list(out: Output, places: &Places) -> Result<(), Failure> {
    let all = places.list(None)?;
    out.show(&all, || match all.as_slice() {
        [] => "This profile has no workspace yet. `skein init` makes one, `skein join` joins one."
            .to_owned(),
        all => all.iter().map(line).collect::<Vec<_>>().join("\n"),
    });
    Ok(())
}

fn line(one: &ListedWorkspace) -> String {
    let name = match (&one.name, &one.id) {
        (Some(name), _) => name,
        (None, Some(_)) => "(being joined)",
        (None, None) => "(not opened since this version can list it)",
    };
    format!("{:8} {name}", one.slug)
}
