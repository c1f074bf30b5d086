//! A witness over HTTP, as C2SP `tlog-witness` has it: `POST /add-checkpoint`, and nothing else.
//!
//! It is meant for the loopback or an internal network; what it answers is public, what it keeps is not.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use axum::routing::post;
use custodes_journal::witness::Cosigned;

use super::WorkError;
use super::witness::WitnessFolder;
use crate::clock;

/// A request is a size, at most 63 hashes and a checkpoint with its signatures.
const LONGEST_REQUEST: usize = 64 * 1024;
/// How long a request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is looked whether the keeper wants to stop.
const LOOK: Duration = Duration::from_millis(50);
const TEXT: &str = "text/plain; charset=utf-8";

/// Serves until interrupted; `listening` is told the address once requests are taken.
///
/// # Errors
/// When the address cannot be listened on.
pub fn serve(witness: WitnessFolder, listen: SocketAddr, listening: impl FnOnce(SocketAddr)) -> Result<(), WorkError> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop))
            .map_err(|error| format!("interrupts cannot be taken: {error}"))?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| format!("the server cannot start: {error}"))?;
    runtime.block_on(async {
        let failed = |error: std::io::Error| WorkError::Said(format!("{listen}: cannot be listened on: {error}"));
        let listener = tokio::net::TcpListener::bind(listen).await.map_err(failed)?;
        listening(listener.local_addr().map_err(failed)?);
        let router = Router::new().route("/add-checkpoint", post(add_checkpoint)).with_state(Arc::new(witness));
        axum::serve(listener, router)
            .with_graceful_shutdown(async move {
                while !stop.load(Ordering::Relaxed) {
                    tokio::time::sleep(LOOK).await;
                }
            })
            .await
            .map_err(failed)
    })
}

async fn add_checkpoint(State(witness): State<Arc<WitnessFolder>>, request: Request) -> Response {
    // One that announces its length is refused before it is sent; of one that does not, no more is read.
    if request.body().size_hint().lower() > LONGEST_REQUEST as u64 {
        return says(StatusCode::PAYLOAD_TOO_LARGE, "the request is longer than any request to a witness\n");
    }
    let body = match tokio::time::timeout(PATIENCE, to_bytes(request.into_body(), LONGEST_REQUEST)).await {
        Err(_) => return says(StatusCode::REQUEST_TIMEOUT, "the request took too long to arrive\n"),
        Ok(Err(_)) => {
            return says(
                StatusCode::PAYLOAD_TOO_LARGE,
                "the request is longer than any request to a witness, or broke off\n",
            );
        }
        Ok(Ok(body)) => body,
    };
    // Locks and files are waited for apart from the threads that serve others.
    let answered = tokio::task::spawn_blocking(move || witness.answer(&body, clock::now())).await;
    match answered {
        Ok(Ok(Ok(lines))) => answer(Cosigned::STATUS, TEXT, lines),
        Ok(Ok(Err(refusal))) => answer(refusal.status(), refusal.content_type(), refusal.body()),
        Ok(Err(error)) => {
            // The keeper reads why; a stranger does not.
            eprintln!("custodes: {error}");
            says(StatusCode::INTERNAL_SERVER_ERROR, "the witness does not work at present\n")
        }
        Err(_) => says(StatusCode::INTERNAL_SERVER_ERROR, "the witness does not work at present\n"),
    }
}

fn says(status: StatusCode, text: &'static str) -> Response {
    answer(status.as_u16(), TEXT, text.to_owned())
}

fn answer(status: u16, kind: &'static str, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    response
}
