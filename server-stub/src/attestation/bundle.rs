//! The forms in which a chain of certificates comes: PEM, DER one behind the other, JSON with base64 or PEM texts, base64
//! one a line.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};

use super::{
    certificate::Certificate,
    der::{Fault, Items},
};
use crate::encoding::utf8;

/// More certificates than any chain has.
pub const MOST: usize = 10;

/// Why no chain could be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// No known form.
    #[error(
        "holds no certificate; give PEM, DER certificates one behind the other, or base64 of DER, as a JSON array or one a line"
    )]
    Nothing,
    /// Too many.
    #[error("holds more than {MOST} certificates; give one chain, leaf first")]
    TooMany,
    /// One is not base64.
    #[error("certificate {number} is not base64; copy the file again")]
    NotBase64 {
        /// Counted from 1.
        number: usize,
    },
    /// One cannot be read.
    #[error("certificate {number}: {fault}; the device's bytes must be kept as they came")]
    Certificate {
        /// Counted from 1.
        number: usize,
        /// What and where.
        fault: Fault,
    },
}

/// The certificates of these bytes, as they stand: leaf first.
pub fn certificates(bytes: &[u8]) -> Result<Vec<Certificate>, BundleError> {
    ders(bytes)?.iter().enumerate().map(|(index, der)| certificate(der, index)).collect()
}

/// The certificates of a device's message, leaf first: each DER in base64, in the one form that agents write.
pub(crate) fn of_message(texts: &[String]) -> Result<Vec<Certificate>, BundleError> {
    match texts.len() {
        0 => return Err(BundleError::Nothing),
        1..=MOST => {}
        _ => return Err(BundleError::TooMany),
    }
    let one = |(index, text): (usize, &String)| {
        let der = STANDARD.decode(text).map_err(|_| BundleError::NotBase64 { number: index + 1 })?;
        certificate(&der, index)
    };
    texts.iter().enumerate().map(one).collect()
}

fn certificate(der: &[u8], index: usize) -> Result<Certificate, BundleError> {
    Certificate::from_der(der).map_err(|fault| BundleError::Certificate { number: index + 1, fault })
}

fn ders(bytes: &[u8]) -> Result<Vec<Vec<u8>>, BundleError> {
    if bytes.first() == Some(&0x30) {
        return concatenated(bytes, 0);
    }
    let bytes = utf8(bytes);
    let text = std::str::from_utf8(&bytes).map_err(|_| BundleError::Nothing)?.trim_start();
    let ders = if text.starts_with('[') {
        let items: Vec<String> = serde_json::from_str(text).map_err(|_| BundleError::Nothing)?;
        let mut all = Vec::new();
        for item in items {
            let found =
                if item.contains("-----BEGIN") { pem(&item, all.len())? } else { vec![decode(&item, all.len())?] };
            all.extend(found);
        }
        all
    } else if text.contains("-----BEGIN") {
        pem(text, 0)?
    } else {
        listed(text)?
    };
    match ders.len() {
        0 => Err(BundleError::Nothing),
        1..=MOST => Ok(ders),
        _ => Err(BundleError::TooMany),
    }
}

// Marks may stand on one line: a published chain has them so.
fn pem(text: &str, before: usize) -> Result<Vec<Vec<u8>>, BundleError> {
    let mut found = Vec::new();
    for part in text.split("-----BEGIN CERTIFICATE-----").skip(1) {
        let number = before + found.len();
        let (body, _) = part.split_once("-----END").ok_or(BundleError::NotBase64 { number: number + 1 })?;
        if number >= MOST {
            return Err(BundleError::TooMany);
        }
        found.push(decode(body, number)?);
    }
    Ok(found)
}

fn listed(text: &str) -> Result<Vec<Vec<u8>>, BundleError> {
    let mut found = Vec::new();
    for piece in text.split_whitespace() {
        // A letter may be base64, too.
        let der = base64(piece).filter(|der| der.first() == Some(&0x30)).ok_or(BundleError::Nothing)?;
        if found.len() >= MOST {
            return Err(BundleError::TooMany);
        }
        found.extend(concatenated(&der, found.len())?);
    }
    Ok(found)
}

fn decode(text: &str, index: usize) -> Result<Vec<u8>, BundleError> {
    base64(text).ok_or(BundleError::NotBase64 { number: index + 1 })
}

/// The bytes of base64 as apps write it: in either alphabet, with its padding or without, in one line or many.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    const EITHER: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let digit = |c| match c {
        '-' => '+',
        '_' => '/',
        other => other,
    };
    let dense: String = text.chars().filter(|c| !c.is_whitespace()).map(digit).collect();
    EITHER.decode(dense).ok()
}

fn concatenated(bytes: &[u8], before: usize) -> Result<Vec<Vec<u8>>, BundleError> {
    let fault = |number: usize| move |fault| BundleError::Certificate { number, fault };
    let mut items = Items::new(bytes, 0).map_err(fault(before + 1))?;
    let mut found = Vec::new();
    loop {
        let from = items.at();
        // An editor or a shell ends a file with a line end.
        if !found.is_empty() && bytes[from..].iter().all(u8::is_ascii_whitespace) {
            return Ok(found);
        }
        let number = before + found.len();
        if items.next().map_err(fault(number + 1))?.is_none() {
            return Ok(found);
        }
        if number == MOST {
            return Err(BundleError::TooMany);
        }
        found.push(bytes[from..items.at()].to_vec());
    }
}
