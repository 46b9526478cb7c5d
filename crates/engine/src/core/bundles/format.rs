//! The bytes of a bundle: envelopes one after the other, behind a head that names their workspace.

use skein_access::{MAX_ENVELOPE, WorkspaceId};

/// What every bundle begins with.
const MAGIC: &[u8; 16] = b"skein bundle\x001\r\n";
/// Bytes before the first envelope: the magic and the workspace's id.
const HEAD: usize = 48;
/// Bytes of an envelope's length.
const LENGTH: usize = 4;

/// The head of a workspace's bundle.
pub(in crate::core) fn head(workspace: &WorkspaceId) -> Vec<u8> {
    [MAGIC.as_slice(), workspace.as_bytes()].concat()
}

/// Adds an envelope to a bundle.
pub(in crate::core) fn add(bundle: &mut Vec<u8>, envelope: &[u8]) {
    // None is longer than the largest.
    let length = u32::try_from(envelope.len()).unwrap_or(u32::MAX);
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(envelope);
}

/// Ends a bundle.
pub(in crate::core) fn end(bundle: &mut Vec<u8>) {
    bundle.extend_from_slice(&[0; LENGTH]);
}

/// What is wrong with the bytes of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::core) enum Broken {
    NotOne,
    Elsewhere,
    Damaged,
}

/// A bundle of which a part has come.
#[derive(Debug, Default)]
pub(in crate::core) struct Unpacking {
    /// Bytes that are no whole envelope yet.
    rest: Vec<u8>,
    has_head: bool,
    whole: bool,
}

impl Unpacking {
    /// Whether the end has come.
    pub(in crate::core) fn is_whole(&self) -> bool {
        self.whole
    }

    /// Takes the next bytes and adds the whole envelopes among them, those before damage too.
    pub(in crate::core) fn take(
        &mut self,
        workspace: &WorkspaceId,
        bytes: &[u8],
        envelopes: &mut Vec<Vec<u8>>,
    ) -> Result<(), Broken> {
        self.rest.extend_from_slice(bytes);
        if !self.has_head {
            let Some((head, rest)) = self.rest.split_at_checked(HEAD) else {
                let mut begun = self.rest.iter().zip(MAGIC);
                return match begun.all(|(is, should)| is == should) {
                    true => Ok(()),
                    false => Err(Broken::NotOne),
                };
            };
            let Some(id) = head.strip_prefix(MAGIC) else {
                return Err(Broken::NotOne);
            };
            if id != workspace.as_bytes() {
                return Err(Broken::Elsewhere);
            }
            self.rest = rest.to_vec();
            self.has_head = true;
        }
        let mut rest = self.rest.as_slice();
        while let Some((length, after)) = rest.split_first_chunk::<LENGTH>() {
            let length = u32::from_be_bytes(*length) as usize;
            // Nothing comes after the end.
            if self.whole || length > MAX_ENVELOPE {
                return Err(Broken::Damaged);
            }
            if length == 0 {
                self.whole = true;
                rest = after;
                continue;
            }
            let Some((envelope, after)) = after.split_at_checked(length) else {
                break;
            };
            envelopes.push(envelope.to_vec());
            rest = after;
        }
        if self.whole && !rest.is_empty() {
            return Err(Broken::Damaged);
        }
        self.rest = rest.to_vec();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use proptest::prelude::*;

    use super::*;

    const HERE: [u8; 32] = [7; 32];

    fn bundle(envelopes: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = head(&WorkspaceId::from_bytes(HERE));
        for envelope in envelopes {
            add(&mut bytes, envelope);
        }
        end(&mut bytes);
        bytes
    }

    fn taken(bytes: &[u8], slice: usize) -> (Result<Vec<Vec<u8>>, Broken>, bool) {
        let here = WorkspaceId::from_bytes(HERE);
        let mut unpacking = Unpacking::default();
        let mut envelopes = Vec::new();
        for slice in bytes.chunks(slice) {
            if let Err(broken) = unpacking.take(&here, slice, &mut envelopes) {
                return (Err(broken), unpacking.is_whole());
            }
        }
        (Ok(envelopes), unpacking.is_whole())
    }

    proptest! {
        #[test]
        fn a_bundle_is_read_the_same_however_it_is_sliced(
            envelopes in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..400), 0..12),
            slice in 1_usize..700,
        ) {
            prop_assert_eq!(taken(&bundle(&envelopes), slice), (Ok(envelopes), true));
        }

        #[test]
        fn of_a_bundle_that_was_cut_off_the_whole_envelopes_are_read_and_it_is_known(
            envelopes in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..400), 1..12),
            slice in 1_usize..700,
            cut in any::<prop::sample::Index>(),
        ) {
            let bytes = bundle(&envelopes);
            let (read, whole) = taken(&bytes[..cut.index(bytes.len())], slice);
            let read = read.unwrap();
            prop_assert!(!whole);
            prop_assert_eq!(&read[..], &envelopes[..read.len()]);
        }

        #[test]
        fn bytes_that_are_no_bundle_are_refused_and_no_more_is_read_than_there_is(bytes in prop::collection::vec(any::<u8>(), 0..2_000), slice in 1_usize..700, headed in any::<bool>()) {
            let bytes = if headed { [&MAGIC[..], &HERE, &bytes].concat() } else { bytes };
            let (read, _) = taken(&bytes, slice);
            let begun = bytes.len().min(MAGIC.len());
            prop_assert!(read.is_err() || bytes[..begun] == MAGIC[..begun]);
            let read: usize = read.iter().flatten().map(Vec::len).sum();
            prop_assert!(read <= bytes.len());
        }
    }

    #[test]
    fn what_stands_before_damage_is_read() {
        let mut bytes = bundle(&[vec![1; 40], vec![2; 40]]);
        bytes[HEAD + LENGTH + 40] = 0xff;
        let mut envelopes = Vec::new();
        let here = WorkspaceId::from_bytes(HERE);
        let taken = Unpacking::default().take(&here, &bytes, &mut envelopes);
        assert_eq!(
            (taken, envelopes),
            (Err(Broken::Damaged), vec![vec![1; 40]])
        );
    }

    #[test]
    fn the_bundle_of_another_workspace_is_known_by_its_head() {
        let mut bytes = bundle(&[vec![1; 40]]);
        bytes[20] = 8;
        assert_eq!(taken(&bytes, 64).0, Err(Broken::Elsewhere));
    }
}
