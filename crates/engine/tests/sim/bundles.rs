//! Bundles as a shell writes them and takes them in, page by page.

use data_encoding::BASE64;
use skein_engine::api::{ApiError, BundleReport, Reply, Request};

use super::World;

impl World {
    /// A bundle as a file, for somebody or everybody, and how many changes it holds.
    pub(crate) fn read_bundle(
        &mut self,
        index: usize,
        person: Option<&str>,
    ) -> Result<(Vec<u8>, u32), ApiError> {
        let (mut bytes, mut changes, mut after) = (Vec::new(), 0, None);
        loop {
            let person = person.map(str::to_owned);
            match self.ask(index, Request::ReadBundle { person, after })? {
                Reply::BundlePage {
                    data,
                    envelopes,
                    next,
                } => {
                    bytes.extend(BASE64.decode(data.as_bytes()).unwrap());
                    changes += envelopes;
                    if next.is_none() {
                        return Ok((bytes, changes));
                    }
                    after = next;
                }
                other => panic!("{other:?}"),
            }
        }
    }

    /// Takes in a file, in slices of so many bytes.
    pub(crate) fn take_bundle(
        &mut self,
        index: usize,
        bytes: &[u8],
        slice: usize,
    ) -> Result<BundleReport, ApiError> {
        let mut report = BundleReport::default();
        let mut offset = 0;
        for slice in bytes.chunks(slice) {
            let data = BASE64.encode(slice);
            match self.ask(index, Request::TakeBundle { offset, data })? {
                Reply::BundleTaken { report: so_far } => report = so_far,
                other => panic!("{other:?}"),
            }
            offset += slice.len() as u64;
        }
        Ok(report)
    }
}
