//! Where a probe looks: the machine's own `/` and the person's session, or a folder that stands for them in a test.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// The desktop session that the agent runs in, as the session told its programs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Session {
    /// `XDG_CURRENT_DESKTOP`, such as `KDE` or `ubuntu:GNOME`; none outside a session.
    pub desktop: Option<String>,
    /// Where the person's settings are, normally `~/.config`.
    pub config: Option<PathBuf>,
    /// Where the system's settings are, most important first; normally `/etc/xdg` alone.
    pub system_config: Vec<PathBuf>,
}

/// The file system that is looked at. All paths are those of the machine, such as `/proc/self/mountinfo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    folder: PathBuf,
    session: Session,
}

/// Longer files are no settings or kernel tables.
const LONGEST: u64 = 4 << 20;

impl Root {
    /// The machine that the agent runs on, and the session it runs in.
    pub fn of_this_machine() -> Self {
        let path = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let config = path("XDG_CONFIG_HOME").or_else(|| path("HOME").map(|home| home.join(".config")));
        let system = env::var_os("XDG_CONFIG_DIRS").filter(|value| !value.is_empty());
        let system = system.map_or_else(|| vec!["/etc/xdg".into()], |dirs| env::split_paths(&dirs).collect());
        let desktop = env::var("XDG_CURRENT_DESKTOP").ok().filter(|name| !name.is_empty());
        Self { folder: "/".into(), session: Session { desktop, config, system_config: system } }
    }

    /// A folder in place of `/`, outside any session.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), session: Session::default() }
    }

    /// The same, in this session. The session's paths are below the folder, too.
    #[must_use]
    pub fn in_session(self, session: Session) -> Self {
        Self { session, ..self }
    }

    pub(super) const fn session(&self) -> &Session {
        &self.session
    }

    /// Where a path of the machine really lies.
    pub(super) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.folder.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// The text of a file; foreign bytes are replaced.
    pub(super) fn text(&self, path: impl AsRef<Path>) -> io::Result<String> {
        self.bytes(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    pub(super) fn bytes(&self, path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
        use io::Read;
        let file = fs::File::open(self.path(path))?;
        if !file.metadata()?.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut bytes = Vec::new();
        file.take(LONGEST).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn exists(&self, path: impl AsRef<Path>) -> bool {
        self.path(path).exists()
    }

    /// The path with its links followed, again as a path of the machine.
    pub(super) fn resolved(&self, path: impl AsRef<Path>) -> io::Result<PathBuf> {
        let (folder, found) = (self.folder.canonicalize()?, self.path(path).canonicalize()?);
        let inside = found.strip_prefix(folder).map_err(|_| io::Error::from(io::ErrorKind::NotFound))?;
        Ok(Path::new("/").join(inside))
    }

    /// The names in a folder, sorted; none where there is no such folder.
    pub(super) fn names(&self, path: impl AsRef<Path>) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(self.path(path)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }
}
