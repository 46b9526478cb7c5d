//! libFuzzer on [`skein_fuzz::change_guard`].
#![no_main]

libfuzzer_sys::fuzz_target!(init: skein_fuzz::let_guards_catch(), |bytes: &[u8]| skein_fuzz::change_guard(bytes));
