//! The one place where our device identities meet libp2p's: a device id is the public key inside a peer id.

use libp2p::{
    PeerId,
    identity::{Keypair, PublicKey, ed25519},
};
use skein_access::{DeviceId, DeviceKey};

use crate::NetError;

/// The same secret key in libp2p's form.
pub(crate) fn keypair(key: &DeviceKey) -> Result<Keypair, NetError> {
    Keypair::ed25519_from_bytes(key.to_bytes()).map_err(|_| NetError::Identity)
}

/// The device behind a peer id; none when the peer id does not carry an Ed25519 key.
pub(crate) fn device_of(peer: &PeerId) -> Option<DeviceId> {
    let public = PublicKey::try_decode_protobuf(peer.as_ref().digest()).ok()?;
    let key = public.try_into_ed25519().ok()?;
    Some(DeviceId::from_bytes(key.to_bytes()))
}

/// The peer id of a device; none when its bytes are not a public key.
pub(crate) fn peer_of(device: &DeviceId) -> Option<PeerId> {
    let key = ed25519::PublicKey::try_from_bytes(device.as_bytes()).ok()?;
    Some(PublicKey::from(key).to_peer_id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_and_its_peer_id_name_the_same_key() {
        let key = DeviceKey::generate(&mut rand::rngs::OsRng);
        let peer = keypair(&key).unwrap().public().to_peer_id();
        assert_eq!(device_of(&peer), Some(key.id()));
        assert_eq!(peer_of(&key.id()), Some(peer));
    }

    #[test]
    fn a_peer_id_without_a_key_inside_is_no_device() {
        // A SHA-256 peer id, as RSA keys have them: the key cannot be read out of it.
        let peer: PeerId = "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N"
            .parse()
            .unwrap();
        assert_eq!(device_of(&peer), None);
    }
}
