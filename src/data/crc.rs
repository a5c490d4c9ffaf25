//! CRC-32 of ISO 3309 (the polynomial 0xedb88320, reflected): the checksum of gzip and zip, and the stable name of a set.

/// A checksum on its way.
#[derive(Clone, Copy, Debug)]
pub struct Crc32(u32);

impl Default for Crc32 {
    fn default() -> Self {
        Self(!0)
    }
}

impl Crc32 {
    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |c, &b| TABLE[usize::from(c as u8 ^ b)] ^ (c >> 8));
    }

    /// The checksum of everything taken in.
    pub fn value(self) -> u32 {
        !self.0
    }
}

/// The checksum of `bytes`.
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = Crc32::default();
    crc.update(bytes);
    crc.value()
}

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut c = i as u32;
        let mut bit = 0;
        while bit < 8 {
            c = if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 };
            bit += 1;
        }
        table[i] = c;
        i += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_crc_32() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        let mut parts = Crc32::default();
        parts.update(b"1234");
        parts.update(b"56789");
        assert_eq!(parts.value(), 0xcbf4_3926);
    }
}
