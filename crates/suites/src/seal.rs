//! One-block encryption: a secret permutation of 16 bytes, for handles that only
//! their maker can open.

use aes::cipher::{BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _};

/// A key for single blocks of 16 bytes. The same block gives the same output, so
/// that what goes in must not repeat where that would tell something.
pub struct BlockKey(Cipher);

enum Cipher {
    Aes(Box<aes::Aes256>),
    Sm4(Box<sm4::Sm4>),
}

impl std::fmt::Debug for BlockKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BlockKey")
    }
}

impl BlockKey {
    pub(crate) fn aes(key: &[u8; 32]) -> Self {
        Self(Cipher::Aes(Box::new(aes::Aes256::new(key.into()))))
    }

    pub(crate) fn sm4(key: [u8; 16]) -> Self {
        Self(Cipher::Sm4(Box::new(sm4::Sm4::new(&key.into()))))
    }

    /// Encrypts one block.
    pub fn encrypt(&self, block: [u8; 16]) -> [u8; 16] {
        let mut block = block.into();
        match &self.0 {
            Cipher::Aes(cipher) => cipher.encrypt_block(&mut block),
            Cipher::Sm4(cipher) => cipher.encrypt_block(&mut block),
        }
        block.into()
    }

    /// Decrypts one block; any 16 bytes give some block.
    pub fn decrypt(&self, block: [u8; 16]) -> [u8; 16] {
        let mut block = block.into();
        match &self.0 {
            Cipher::Aes(cipher) => cipher.decrypt_block(&mut block),
            Cipher::Sm4(cipher) => cipher.decrypt_block(&mut block),
        }
        block.into()
    }
}
