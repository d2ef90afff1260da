//! `uniffi-bindgen generate -l kotlin|swift|python -o OUT LIBRARY`, in the version that the library was built with.

fn main() {
    uniffi::uniffi_bindgen_main();
}
