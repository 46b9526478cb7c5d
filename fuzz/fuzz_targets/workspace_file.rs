//! libFuzzer on [`skein_fuzz::workspace_file`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skein_fuzz::workspace_file(bytes));
