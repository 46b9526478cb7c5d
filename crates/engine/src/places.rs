//! The places of a profile: a folder for each workspace, the first in the profile's own and each further one complete beside it.
//!
//! Nothing is shared between two places, so two teams cannot tell that it is one person, and one that is damaged hurts no other.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand_core::RngCore;
use serde::{Deserialize, Serialize};

use crate::api::ListedWorkspace;

/// Where the further places lie within the profile's folder.
const FURTHER: &str = "workspaces";
/// Where the folders of workspaces lie that were taken off this machine.
const REMOVED: &str = "removed";
/// The file that says which workspace rests in a place.
const SIGN: &str = "workspace.json";
/// The letters of a slug that is made here: none is taken for another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// How many letters a slug has.
const LENGTH: usize = 6;
/// How long a slug may be that somebody names.
const LONGEST: usize = 32;
/// A sign is two short lines; what is longer is none.
const LONGEST_SIGN: u64 = 4096;

/// What a place is called in addresses and on the command line. It says nothing of the workspace, and does not change with its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slug(String);

/// A word that cannot be a slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the short name of a workspace has 1 to {LONGEST} of the characters a-z and 0-9")]
pub struct NoSlug;

/// The places of one profile.
#[derive(Debug, Clone)]
pub struct Places {
    folder: PathBuf,
    /// Why those that did not open in this process did not.
    troubles: Arc<Mutex<BTreeMap<Slug, String>>>,
}

/// The place of one workspace in its profile.
#[derive(Debug, Clone)]
pub struct Place {
    places: Places,
    slug: Slug,
}

/// Which workspace rests in a place: written there by whoever has it open, for whoever has not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sign {
    /// The workspace's id.
    pub id: String,
    /// Its name, once that can be read.
    pub name: Option<String>,
}

impl Slug {
    /// The slug of the place in the profile's own folder.
    #[must_use]
    pub fn first() -> Self {
        Self("first".to_owned())
    }

    /// A new one, by chance.
    pub fn random(rng: &mut impl RngCore) -> Self {
        let mut bytes = [0; LENGTH];
        rng.fill_bytes(&mut bytes);
        let letter = |byte: u8| LETTERS.get(usize::from(byte % 32)).copied().map(char::from);
        Self(bytes.into_iter().filter_map(letter).collect())
    }

    /// The letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slug {
    type Err = NoSlug;

    fn from_str(word: &str) -> Result<Self, NoSlug> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        match !word.is_empty() && word.len() <= LONGEST && word.bytes().all(fits) {
            true => Ok(Self(word.to_owned())),
            false => Err(NoSlug),
        }
    }
}

impl std::fmt::Display for Slug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Places {
    /// The places of the profile in `folder`. Nothing is read or made yet.
    pub fn of(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            troubles: Arc::default(),
        }
    }

    /// The profile's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The place in the profile's own folder.
    #[must_use]
    pub fn first(&self) -> Place {
        self.at(Slug::first())
    }

    /// The place of this name; `None` when there is none.
    #[must_use]
    pub fn place(&self, slug: &Slug) -> Option<Place> {
        let place = self.at(slug.clone());
        (place.is_first() || place.folder().is_dir()).then_some(place)
    }

    /// All places, the first one first. What else lies among them is passed over.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn all(&self) -> io::Result<Vec<Place>> {
        let mut all = vec![self.first()];
        let found = match fs::read_dir(self.folder.join(FURTHER)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(all),
            found => found?,
        };
        let slugs = found.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        let mut slugs: Vec<Slug> = slugs.filter(|slug| *slug != Slug::first()).collect();
        slugs.sort();
        all.extend(slugs.iter().filter_map(|slug| self.place(slug)));
        Ok(all)
    }

    /// The workspaces in these places, the first place first and the others by name. One in which nothing rests yet is left out, but for `here`.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn list(&self, here: Option<&Slug>) -> io::Result<Vec<ListedWorkspace>> {
        let listed = self.all()?.into_iter().filter_map(|place| {
            let sign = place.sign();
            let is_here = here == Some(&place.slug);
            if sign.is_none() && !is_here && !place.is_old() {
                return None;
            }
            let (id, name) = sign.map(|sign| (sign.id, sign.name)).unzip();
            Some(ListedWorkspace {
                slug: place.slug.to_string(),
                id,
                name: name.flatten(),
                here: is_here,
                trouble: self.troubles().get(&place.slug).cloned(),
            })
        });
        let mut listed: Vec<ListedWorkspace> = listed.collect();
        let first = Slug::first();
        listed.sort_by_cached_key(|one| {
            let name = one.name.as_ref().map(|name| name.to_lowercase());
            (one.slug != first.as_str(), name, one.slug.clone())
        });
        Ok(listed)
    }

    /// Where what was taken off this machine is kept, a folder for each.
    pub(crate) fn removed(&self) -> PathBuf {
        self.folder.join(REMOVED)
    }

    /// Those that are to be open: all, but for the first where it is not in use and others are.
    pub(crate) fn in_use(&self) -> io::Result<Vec<Place>> {
        let mut all = self.all()?;
        if all.len() > 1 {
            all.retain(|place| !place.is_first() || place.database().exists());
        }
        Ok(all)
    }

    /// A place in which nothing rests: one that was left so, or else a new one by the name `fresh`.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn add(&self, fresh: Slug) -> io::Result<Place> {
        let unused = |place: &Place| match place.is_first() {
            true => !place.database().exists(),
            false => place.sign().is_none(),
        };
        if let Some(place) = self.all()?.into_iter().find(unused) {
            return Ok(place);
        }
        let place = self.at(fresh);
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700).create(place.folder())?;
        Ok(place)
    }

    /// Notes why a place did not open, or that it did; says whether that is news.
    pub(crate) fn opened(&self, slug: &Slug, trouble: Option<String>) -> bool {
        let before = match trouble.clone() {
            Some(trouble) => self.troubles().insert(slug.clone(), trouble),
            None => self.troubles().remove(slug),
        };
        before != trouble
    }

    fn at(&self, slug: Slug) -> Place {
        Place {
            places: self.clone(),
            slug,
        }
    }

    fn troubles(&self) -> MutexGuard<'_, BTreeMap<Slug, String>> {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Where it lies.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        match self.is_first() {
            true => self.places.folder.clone(),
            false => self.places.folder.join(FURTHER).join(self.slug.as_str()),
        }
    }

    /// What it is called.
    #[must_use]
    pub fn slug(&self) -> &Slug {
        &self.slug
    }

    /// The places among which it is.
    #[must_use]
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// Which workspace rests here; `None` when none does, or when that is not written or not readable.
    #[must_use]
    pub fn sign(&self) -> Option<Sign> {
        let path = self.folder().join(SIGN);
        let is_short = fs::metadata(&path).is_ok_and(|meta| meta.len() <= LONGEST_SIGN);
        let bytes = is_short.then(|| fs::read(&path).ok()).flatten()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Whether it is the one in the profile's own folder.
    #[must_use]
    pub fn is_first(&self) -> bool {
        self.slug == Slug::first()
    }

    /// Whether an earlier version, which wrote no sign, had it open last.
    fn is_old(&self) -> bool {
        self.is_first() && self.database().exists() && !self.folder().join(SIGN).exists()
    }

    /// Writes which workspace rests here, or that none does. Written beside and renamed, so that it is whole or not there.
    pub(crate) fn put_sign(&self, sign: Option<&Sign>) -> io::Result<()> {
        let path = self.folder().join(SIGN);
        if path.exists() && self.sign().as_ref() == sign {
            return Ok(());
        }
        let beside = path.with_extension("json.new");
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&beside)?;
        serde_json::to_writer(&mut file, &sign).map_err(io::Error::other)?;
        file.flush()?;
        fs::rename(beside, path)
    }

    fn database(&self) -> PathBuf {
        self.folder().join("workspace.db")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sign(id: &str, name: &str) -> Sign {
        Sign {
            id: id.to_owned(),
            name: Some(name.to_owned()),
        }
    }

    fn further(places: &Places, slug: &str, name: &str) -> Place {
        let place = places.add(slug.parse().unwrap()).unwrap();
        place.put_sign(Some(&sign(slug, name))).unwrap();
        place
    }

    fn with_a_first() -> (tempfile::TempDir, Places) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("workspace.db"), b"x").unwrap();
        let places = Places::of(folder.path());
        (folder, places)
    }

    #[test]
    fn a_slug_stays_in_its_folder() {
        for bad in ["", "..", "a/b", "A", "ä", &"a".repeat(LONGEST + 1)] {
            assert_eq!(bad.parse::<Slug>(), Err(NoSlug), "{bad}");
        }
        let mut rng = rand_core::OsRng;
        for _ in 0..200 {
            let slug = Slug::random(&mut rng);
            assert_eq!(slug.as_str().parse(), Ok(slug.clone()));
        }
    }

    #[test]
    fn the_first_place_comes_first_and_the_others_by_name() {
        let (_folder, places) = with_a_first();
        further(&places, "bb", "zebra");
        further(&places, "aa", "Heron");
        let names: Vec<Option<String>> = places
            .list(None)
            .unwrap()
            .into_iter()
            .map(|one| one.name)
            .collect();
        let named = |name: &str| Some(name.to_owned());
        assert_eq!(names, [None, named("Heron"), named("zebra")]);
    }

    #[test]
    fn a_place_in_which_nothing_rests_is_used_again_and_not_listed() {
        let (_folder, places) = with_a_first();
        let left = places.add("aa".parse().unwrap()).unwrap();
        let again = places.add("bb".parse().unwrap()).unwrap();
        assert_eq!(left.slug(), again.slug());
        assert_eq!(places.list(None).unwrap().len(), 1);
        assert_eq!(places.list(Some(left.slug())).unwrap().len(), 2);
    }

    #[test]
    fn what_is_no_place_or_no_sign_is_passed_over() {
        let (folder, places) = with_a_first();
        let place = further(&places, "aa", "Heron");
        let among = folder.path().join(FURTHER);
        fs::write(among.join("bb"), b"a file").unwrap();
        fs::create_dir(among.join("Not a slug")).unwrap();
        fs::create_dir(among.join("first")).unwrap();
        assert_eq!(places.all().unwrap().len(), 2);
        for damaged in ["", "{", "[]", &" ".repeat(10_000)] {
            fs::write(place.folder().join(SIGN), damaged).unwrap();
            assert_eq!(place.sign(), None);
        }
    }
}
