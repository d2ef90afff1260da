#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    atalaya_server::mdm::any_message(bytes);
});
