//! libFuzzer on [`skein_fuzz::session_frame`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skein_fuzz::session_frame(bytes));
