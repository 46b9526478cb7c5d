//! libFuzzer on [`skein_fuzz::profile_files`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skein_fuzz::profile_files(bytes));
