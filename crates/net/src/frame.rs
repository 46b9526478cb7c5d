//! Frames on a stream of bytes: four bytes of length (big end first), then that many bytes, never more than 1 MiB.

use std::{future::poll_fn, io, pin::pin};

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::{Ended, limits::MAX_FRAME, vital::Vital};

/// How much room a frame gets before its bytes have arrived: what is only announced must not cost memory.
const FIRST_ROOM: usize = 64 * 1024;

/// Reads one frame; an end between two frames is the other side's good-bye.
pub(crate) async fn read(
    reader: &mut (impl AsyncRead + Unpin),
    vital: &Vital,
) -> Result<Vec<u8>, Ended> {
    let mut length = [0; 4];
    fill(reader, &mut length, vital, true).await?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > MAX_FRAME {
        return Err(Ended::BadFrame(format!(
            "it announced a frame of {length} bytes, at most {MAX_FRAME} are allowed"
        )));
    }
    let mut bytes = Vec::new();
    while bytes.len() < length {
        let start = bytes.len();
        bytes.resize(length.min((start * 2).max(FIRST_ROOM)), 0);
        let room = bytes.get_mut(start..).unwrap_or_default();
        fill(reader, room, vital, false).await?;
    }
    Ok(bytes)
}

async fn fill(
    reader: &mut (impl AsyncRead + Unpin),
    mut room: &mut [u8],
    vital: &Vital,
    between_frames: bool,
) -> Result<(), Ended> {
    let whole = room.len();
    while !room.is_empty() {
        let count = reader.read(room).await.map_err(|error| lost(&error))?;
        if count == 0 {
            return Err(if between_frames && room.len() == whole {
                Ended::ClosedByPeer
            } else {
                Ended::Lost("it broke off within a frame".to_owned())
            });
        }
        vital.touch();
        room = room.get_mut(count..).unwrap_or_default();
    }
    Ok(())
}

/// Writes one frame. When the other side had to make room first, that is a sign of its life.
pub(crate) async fn write(
    writer: &mut (impl AsyncWrite + Unpin),
    frame: &[u8],
    vital: &Vital,
) -> Result<(), Ended> {
    let length = u32::try_from(frame.len())
        .map_err(|_| Ended::BadFrame("a frame of ours is too large".to_owned()))?;
    // One buffer, so that a small frame is one packet.
    let mut bytes = Vec::with_capacity(frame.len() + 4);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(frame);
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        let mut waited = false;
        let count = poll_fn(|cx| {
            let polled = pin!(&mut *writer).poll_write(cx, rest);
            waited |= polled.is_pending();
            polled
        })
        .await
        .map_err(|error| lost(&error))?;
        if count == 0 {
            return Err(lost(&io::ErrorKind::WriteZero.into()));
        }
        if waited {
            vital.touch();
        }
        rest = rest.get(count..).unwrap_or_default();
    }
    Ok(())
}

/// Sends on what was written.
pub(crate) async fn flush(writer: &mut (impl AsyncWrite + Unpin)) -> Result<(), Ended> {
    writer.flush().await.map_err(|error| lost(&error))
}

fn lost(error: &io::Error) -> Ended {
    Ended::Lost(error.to_string())
}

#[cfg(test)]
mod tests {
    use futures::io::Cursor;
    use proptest::prelude::*;

    use super::*;

    fn run<T>(future: impl Future<Output = T>) -> T {
        futures::executor::block_on(future)
    }

    proptest! {
        #[test]
        fn frames_come_out_as_they_went_in(frames in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200_000), 0..4)) {
            run(async {
                let vital = Vital::new();
                let mut wire = Cursor::new(Vec::new());
                for frame in &frames {
                    write(&mut wire, frame, &vital).await.unwrap();
                }
                wire.set_position(0);
                for frame in &frames {
                    prop_assert_eq!(&read(&mut wire, &vital).await.unwrap(), frame);
                }
                prop_assert_eq!(read(&mut wire, &vital).await, Err(Ended::ClosedByPeer));
                Ok(())
            })?;
        }

        #[test]
        fn any_bytes_are_frames_or_refused_and_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            run(async {
                let vital = Vital::new();
                let mut wire = Cursor::new(bytes);
                while read(&mut wire, &vital).await.is_ok() {}
            });
        }
    }

    #[test]
    fn a_frame_of_exactly_one_mebibyte_passes_and_one_more_byte_does_not() {
        run(async {
            let vital = Vital::new();
            let mut wire = Cursor::new(Vec::new());
            write(&mut wire, &vec![7; MAX_FRAME], &vital).await.unwrap();
            wire.set_position(0);
            assert_eq!(read(&mut wire, &vital).await.unwrap().len(), MAX_FRAME);
            let length = u32::try_from(MAX_FRAME + 1).unwrap().to_be_bytes();
            assert!(matches!(
                read(&mut Cursor::new(length), &vital).await,
                Err(Ended::BadFrame(_))
            ));
        });
    }

    #[test]
    fn an_end_within_a_frame_is_a_loss() {
        run(async {
            let vital = Vital::new();
            for cut in [&[0, 0][..], &[0, 0, 0, 5, 1, 2][..]] {
                assert!(matches!(
                    read(&mut Cursor::new(cut), &vital).await,
                    Err(Ended::Lost(_))
                ));
            }
        });
    }
}
