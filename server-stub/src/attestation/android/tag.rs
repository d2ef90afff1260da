//! The tags of an authorization list: one row per tag, in the order of their numbers.

/// What stands inside a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// INTEGER.
    Integer,
    /// SET OF INTEGER.
    Integers,
    /// NULL: it is so.
    Flag,
    /// OCTET STRING.
    Bytes,
    /// OCTET STRING that should be UTF-8.
    Text,
    /// RootOfTrust.
    RootOfTrust,
    /// AttestationApplicationId, as DER in an OCTET STRING.
    Application,
}

/// One tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag {
    /// Its number.
    pub number: u32,
    /// Its name in the published schema.
    pub name: &'static str,
    /// What stands inside.
    pub shape: Shape,
}

macro_rules! tags {
    ($($number:literal $name:literal $shape:ident),+ $(,)?) => {
        /// Every tag of versions 1 to 500.
        pub const TAGS: &[Tag] = &[$(Tag { number: $number, name: $name, shape: Shape::$shape }),+];
    };
}

tags! {
    1 "purpose" Integers,
    2 "algorithm" Integer,
    3 "keySize" Integer,
    4 "blockMode" Integers,
    5 "digest" Integers,
    6 "padding" Integers,
    10 "ecCurve" Integer,
    11 "mlDsaVariant" Integer,
    200 "rsaPublicExponent" Integer,
    203 "mgfDigest" Integers,
    303 "rollbackResistance" Flag,
    305 "earlyBootOnly" Flag,
    400 "activeDateTime" Integer,
    401 "originationExpireDateTime" Integer,
    402 "usageExpireDateTime" Integer,
    405 "usageCountLimit" Integer,
    503 "noAuthRequired" Flag,
    504 "userAuthType" Integer,
    505 "authTimeout" Integer,
    506 "allowWhileOnBody" Flag,
    507 "trustedUserPresenceRequired" Flag,
    508 "trustedConfirmationRequired" Flag,
    509 "unlockedDeviceRequired" Flag,
    600 "allApplications" Flag,
    601 "applicationId" Bytes,
    701 "creationDateTime" Integer,
    702 "origin" Integer,
    703 "rollbackResistant" Flag,
    704 "rootOfTrust" RootOfTrust,
    705 "osVersion" Integer,
    706 "osPatchLevel" Integer,
    709 "attestationApplicationId" Application,
    710 "attestationIdBrand" Text,
    711 "attestationIdDevice" Text,
    712 "attestationIdProduct" Text,
    713 "attestationIdSerial" Text,
    714 "attestationIdImei" Text,
    715 "attestationIdMeid" Text,
    716 "attestationIdManufacturer" Text,
    717 "attestationIdModel" Text,
    718 "vendorPatchLevel" Integer,
    719 "bootPatchLevel" Integer,
    720 "deviceUniqueAttestation" Flag,
    723 "attestationIdSecondImei" Text,
    724 "moduleHash" Bytes,
}

/// The row of a number.
pub fn find(number: u32) -> Option<&'static Tag> {
    TAGS.binary_search_by_key(&number, |tag| tag.number).ok().map(|index| &TAGS[index])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        assert!(TAGS.windows(2).all(|pair| pair[0].number < pair[1].number));
    }
}
