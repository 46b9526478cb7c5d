//! libFuzzer on [`skein_fuzz::invite_text`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skein_fuzz::invite_text(bytes));
