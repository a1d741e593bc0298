//! A camera that answers with one endless reply of JPEG pictures (`multipart/x-mixed-replace`).

use jiff::Timestamp;

use super::CameraError;
use super::decode::Sink;
use super::jpegs::Jpegs;
use super::source::Source;
use crate::fetch::FetchError;

pub async fn run(source: &Source, sink: &mut Sink) -> Result<(), CameraError> {
    let mut reply = source.get(sink.patience(source.timeout())).await?;
    let kind = reply.media_type();
    if kind.starts_with("text/") {
        return Err(source.no_picture(&format!("it sends {kind}; is the path of an MJPEG stream right?")));
    }
    let mut jpegs = Jpegs::new();
    loop {
        let bytes = match reply.chunk(sink.patience(source.timeout())).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Err(source.ended("the stream is over")),
            Err(_) if sink.is_done() => return Ok(()),
            Err(FetchError::Slow) => return Err(source.stalled()),
            Err(error) => return Err(source.ended(&error.to_string())),
        };
        jpegs.feed(&bytes);
        while let Some(jpeg) = jpegs.next().map_err(|error| source.no_picture(&error.to_string()))? {
            sink.compressed(Timestamp::now(), jpeg).await.map_err(|reason| source.no_picture(&reason))?;
            if sink.is_done() {
                return Ok(());
            }
        }
    }
}
