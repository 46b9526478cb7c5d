//! libFuzzer on [`skein_fuzz::member`].
#![no_main]

libfuzzer_sys::fuzz_target!(init: skein_fuzz::let_guards_catch(), |bytes: &[u8]| skein_fuzz::member(bytes));
