//! Writes the files anew, into the repository that this was built from.

use std::{fs, io, io::Write as _, path::Path};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (path, text) in resources::files() {
        let file = root.join(&path);
        if fs::read_to_string(&file).ok().as_deref() == Some(&text) {
            continue;
        }
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&file, text)?;
        writeln!(io::stdout(), "wrote {path}")?;
    }
    Ok(())
}
