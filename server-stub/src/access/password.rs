//! Passwords: argon2id, and checks that take the same time whoever asks.

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version, password_hash::phc::PasswordHash,
};
use tokio::sync::Semaphore;

/// The shortest password, in characters: what NIST SP 800-63B-4 (section 3.1.1.2) asks of a password that is the only
/// factor.
pub const SHORTEST: usize = 15;

/// The longest password, in bytes, so that hashing one is no attack.
pub const LONGEST: usize = 1024;

/// The first choice of the OWASP Password Storage Cheat Sheet: 19 MiB of memory, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How many passwords are hashed at once: each takes 19 MiB and a core.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// What is checked against for an account that is unknown or has no password: random bytes in the form of a hash with
/// the parameters above.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$C/tM4aZ/oiht960n6iVXVg$8Zn+AlA0Jim4yFLCYBVxlg8qpF6vWV+E8lE3JCdl2TU";

/// Why a password is not taken, or could not be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Shorter than [`SHORTEST`].
    #[error("a password has at least {SHORTEST} characters: three or four words do well")]
    TooShort,
    /// Longer than [`LONGEST`].
    #[error("a password has at most {LONGEST} bytes")]
    TooLong,
    /// The user's own address is the first that is tried.
    #[error("the email address is no password")]
    IsEmail,
    /// No memory, no randomness, or the server stops.
    #[error("the password could not be hashed; try again later")]
    Unavailable,
}

/// Whether this may be the password of whoever has this address.
pub fn allow(password: &str, email: &str) -> Result<(), PasswordError> {
    if password.chars().count() < SHORTEST {
        return Err(PasswordError::TooShort);
    }
    if password.len() > LONGEST {
        return Err(PasswordError::TooLong);
    }
    if password.trim().eq_ignore_ascii_case(email) {
        return Err(PasswordError::IsEmail);
    }
    Ok(())
}

/// What is stored of a password: a PHC string with its own salt and parameters.
pub fn hash(password: &str) -> Result<String, PasswordError> {
    let made = argon2()?.hash_password(password.as_bytes()).map_err(|_| PasswordError::Unavailable)?;
    Ok(made.to_string())
}

/// [`hash`] off the threads that answer requests.
pub async fn hash_aside(password: String) -> Result<String, PasswordError> {
    aside(move || hash(&password)).await?
}

/// Which of the stored hashes fits, checked off the threads that answer requests. Without any, a hash of nobody's is
/// checked, so that the time does not tell whether an account exists.
pub async fn fitting(password: String, mut stored: Vec<String>) -> Result<Option<usize>, PasswordError> {
    aside(move || {
        let known = !stored.is_empty();
        if !known {
            stored.push(NOBODYS.to_owned());
        }
        // Every one is checked, so that the time does not tell which fitted either.
        let fits: Vec<bool> = stored.iter().map(|hash| verify(&password, hash)).collect();
        fits.iter().position(|fit| *fit).filter(|_| known)
    })
    .await
}

fn verify(password: &str, stored: &str) -> bool {
    let (Ok(parsed), Ok(argon2)) = (PasswordHash::new(stored), argon2()) else { return false };
    password.len() <= LONGEST && argon2.verify_password(password.as_bytes(), &parsed).is_ok()
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| PasswordError::Unavailable)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
    let _permit = AT_ONCE.acquire().await.map_err(|_| PasswordError::Unavailable)?;
    tokio::task::spawn_blocking(work).await.map_err(|_| PasswordError::Unavailable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_names_the_parameters_and_differs_each_time() {
        let (one, other) = (hash("correct horse battery").unwrap(), hash("correct horse battery").unwrap());
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, other);
        assert!(verify("correct horse battery", &one));
        assert!(!verify("correct horse batterY", &one));
        assert!(!verify("correct horse battery", "not a hash"));
    }

    #[test]
    fn nobodys_hash_costs_as_much_as_a_real_one_and_fits_nothing_we_know() {
        let parsed = PasswordHash::new(NOBODYS).unwrap();
        let params = Params::try_from(&parsed).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (MEMORY_KIB, PASSES, LANES));
        assert_eq!(parsed.hash.unwrap().as_bytes().len(), Params::DEFAULT_OUTPUT_LEN);
        assert!(!verify("", NOBODYS));
    }

    #[test]
    fn a_short_long_or_obvious_password_is_refused() {
        assert_eq!(allow("fourteen chars", "a@b.example"), Err(PasswordError::TooShort));
        assert_eq!(allow("fifteen chars!!", "a@b.example"), Ok(()));
        assert_eq!(allow("ñññññññññññññññ", "a@b.example"), Ok(()), "characters count, not bytes");
        assert_eq!(allow(&"x".repeat(LONGEST + 1), "a@b.example"), Err(PasswordError::TooLong));
        assert_eq!(allow("Marta@clinica.example", "marta@clinica.example"), Err(PasswordError::IsEmail));
    }

    #[tokio::test]
    async fn the_fitting_account_is_found_and_nobody_without_one() {
        let stored = vec![hash("correct horse battery").unwrap(), hash("another fine password").unwrap()];
        assert_eq!(fitting("another fine password".into(), stored.clone()).await, Ok(Some(1)));
        assert_eq!(fitting("wrong".into(), stored).await, Ok(None));
        assert_eq!(fitting("wrong".into(), Vec::new()).await, Ok(None));
    }
}
