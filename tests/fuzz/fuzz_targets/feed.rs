#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| atalaya_server::releases::source::any_answer(bytes));
