//! What the server keeps secret, outside the database: the key that signs policies and catalogues, and the secret
//! that challenges are derived from.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use agent_core::wire::{
    key::{Algorithm, PublicKey, Signer},
    software_key::SoftwareKey,
};
use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};

/// The keys of one server. A backup of the database does not hold them.
pub struct Keys {
    signing: SoftwareKey,
    secret: hmac::Key,
}

/// The keys could not be read or made.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file system refused.
    #[error("{}: {error}; check the folder and its permissions", path.display())]
    File {
        /// The path.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file does not hold what it should.
    #[error("{}: this is not a key; put the right file back, or every device has to be enrolled again", .0.display())]
    Damaged(PathBuf),
    /// The system gave no random numbers.
    #[error("the system gives no random numbers")]
    NoRandom,
}

const SECRET_BYTES: usize = 32;

impl Keys {
    /// Reads the keys of a data folder, or makes them, readable by this user alone.
    pub fn open(folder: &Path) -> Result<Self, KeysError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error| KeysError::File { path, error }
        };
        make_private_folder(folder).map_err(failed(folder))?;
        let path = folder.join("signing.key");
        let signing = if let Some(bytes) = read(&path)? {
            SoftwareKey::from_document(&bytes).map_err(|_| KeysError::Damaged(path))?
        } else {
            let key = SoftwareKey::generate(Algorithm::EdDsa).map_err(|_| KeysError::NoRandom)?;
            write(&path, key.document()).map_err(failed(&path))?;
            key
        };
        let path = folder.join("challenge.secret");
        let secret = match read(&path)? {
            Some(bytes) if bytes.len() == SECRET_BYTES => bytes,
            Some(_) => return Err(KeysError::Damaged(path)),
            None => {
                let bytes = random::<SECRET_BYTES>()?.to_vec();
                write(&path, &bytes).map_err(failed(&path))?;
                bytes
            }
        };
        Ok(Self { signing, secret: hmac::Key::new(hmac::HMAC_SHA256, &secret) })
    }

    /// What signs policies, catalogues and the key document.
    pub fn signer(&self) -> &dyn Signer {
        &self.signing
    }

    /// The public half, for the key document.
    pub fn public_key(&self) -> PublicKey {
        self.signing.public_key()
    }

    /// A value that only this server can derive, for one purpose.
    pub(crate) fn derive(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.secret);
        context.update(purpose.as_bytes());
        for part in parts {
            // Lengths keep the parts apart.
            context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(part);
        }
        let mut value = [0; 32];
        value.copy_from_slice(context.sign().as_ref());
        value
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

/// Random bytes of the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], KeysError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| KeysError::NoRandom)?;
    Ok(bytes)
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, KeysError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(KeysError::File { path: path.to_owned(), error }),
    }
}

/// Makes a folder that only this user may enter.
pub(crate) fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes a new file whole or not at all; one that another process made meanwhile is left.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let half = path.with_extension("new");
    let mut file = options.open(&half)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&half, path)?;
    fs::File::open(path.parent().unwrap_or(path))?.sync_all()
}
