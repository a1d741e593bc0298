//! A camera that gives one picture for each HTTP request.

use jiff::Timestamp;
use tokio::time::{Instant, sleep_until};

use super::decode::Sink;
use super::source::Source;
use super::{CameraError, PICTURE_BYTES_MAX};

pub async fn run(source: &Source, sink: &mut Sink) -> Result<(), CameraError> {
    while !sink.is_done() {
        let asked = Instant::now();
        // The last picture may still come when the time is over: it is waited for like every other.
        let deadline = asked + source.timeout();
        let reply = source.get(deadline).await?;
        let kind = reply.media_type();
        if !kind.is_empty() && !kind.starts_with("image/") && kind != "application/octet-stream" {
            return Err(source.no_picture(&format!("it sends {kind}; is the path of a snapshot right?")));
        }
        let bytes = reply.body(PICTURE_BYTES_MAX, deadline).await.map_err(|error| source.failed(error))?;
        sink.compressed(Timestamp::now(), bytes).await.map_err(|reason| source.no_picture(&reason))?;
        sleep_until(asked + sink.gap()).await;
    }
    Ok(())
}
