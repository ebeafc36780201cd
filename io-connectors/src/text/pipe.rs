//! Inputs that may never give anything: standard input, named pipes, devices.
//!
//! A helper thread reads them, so that the worker can be stopped while nothing comes. The thread itself ends with the
//! input, when its reader is gone and the next block has come, or with the process.

use super::BLOCK;
use beamline_sdk::metrics::Counter;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread;

/// How many blocks may wait: together about as much as is read while a worker does something else.
const WAITING: usize = 8;

/// What had been taken out of an input, and did not become lines before its reader was given up: by draining the run, for
/// example. It is gone from the input.
static UNREAD: Counter = Counter::new("bytes_unread");

/// Counts bytes that a reader leaves behind.
pub(crate) fn leave_unread(bytes: usize) {
    if bytes > 0 {
        UNREAD.inc(bytes as u64);
    }
}

/// The worker's end: reads what has come, and says [`WouldBlock`](io::ErrorKind::WouldBlock) when that is nothing.
pub(crate) struct Pipe {
    blocks: Receiver<io::Result<Vec<u8>>>,
    block: Vec<u8>,
    used: usize,
    ended: bool,
}

impl Pipe {
    /// Reads what `open` gives on a thread of its own, which calls `wake` whenever something has come.
    pub(crate) fn spawn(
        wake: impl Fn() + Send + 'static,
        open: impl FnOnce() -> io::Result<Box<dyn Read>> + Send + 'static,
    ) -> io::Result<Self> {
        let (sender, blocks) = sync_channel(WAITING);
        thread::Builder::new().name("text-pipe".to_owned()).spawn(move || {
            let send = |block| {
                let is_wanted = sender.send(block).is_ok();
                wake();
                is_wanted
            };
            if let Err(error) = read_blocks(open, send) {
                // Nobody is there to hear of it when the reader is gone.
                let _ = sender.send(Err(error));
                wake();
            }
        })?;
        Ok(Self { blocks, block: Vec::new(), used: 0, ended: false })
    }

    /// How many bytes have come, and been asked for by nobody. One more block may be on its way behind those that wait.
    fn unread(&self) -> usize {
        let waiting = (0..=WAITING).map_while(|_| self.blocks.try_recv().ok()?.ok());
        self.block.len() - self.used + waiting.map(|block| block.len()).sum::<usize>()
    }

    fn next_block(&mut self) -> io::Result<()> {
        self.block = match self.blocks.try_recv() {
            Ok(block) => block?,
            Err(TryRecvError::Empty) => return Err(io::ErrorKind::WouldBlock.into()),
            Err(TryRecvError::Disconnected) => return Err(io::Error::other("the thread that reads it has died")),
        };
        self.used = 0;
        self.ended = self.block.is_empty();
        Ok(())
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        leave_unread(self.unread());
    }
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.used == self.block.len() && !self.ended {
            self.next_block()?;
        }
        let n = buffer.len().min(self.block.len() - self.used);
        buffer[..n].copy_from_slice(&self.block[self.used..][..n]);
        self.used += n;
        Ok(n)
    }
}

/// Sends block after block, then an empty one, or the error that ended it, as long as somebody wants them.
fn read_blocks(
    open: impl FnOnce() -> io::Result<Box<dyn Read>>,
    mut send: impl FnMut(io::Result<Vec<u8>>) -> bool,
) -> io::Result<()> {
    let mut input = open()?;
    let mut buffer = vec![0; BLOCK];
    loop {
        let block = read_some(&mut *input, &mut buffer)?;
        if !send(Ok(block.to_vec())) || block.is_empty() {
            return Ok(());
        }
    }
}

fn read_some<'a>(input: &mut dyn Read, buffer: &'a mut [u8]) -> io::Result<&'a [u8]> {
    loop {
        match input.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result.map(|n| &buffer[..n]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Sender, channel};

    /// An input that gives what a test sends, and ends when the test drops its end.
    struct Scripted(Receiver<io::Result<&'static [u8]>>);

    impl Read for Scripted {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let bytes = self.0.recv().unwrap_or(Ok(b""))?;
            buffer[..bytes.len()].copy_from_slice(bytes);
            Ok(bytes.len())
        }
    }

    fn scripted() -> (Sender<io::Result<&'static [u8]>>, Pipe) {
        let (sender, receiver) = channel();
        let open = move || Ok(Box::new(Scripted(receiver)) as Box<dyn Read>);
        (sender, Pipe::spawn(|| {}, open).unwrap())
    }

    /// Waits for the helper thread, and only for it.
    fn read(pipe: &mut Pipe, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match pipe.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::yield_now(),
                result => return result,
            }
        }
    }

    #[test]
    fn nothing_there_does_not_block() {
        let (_input, mut pipe) = scripted();
        assert_eq!(pipe.read(&mut [0; 8]).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }

    #[test]
    fn blocks_arrive_in_order_and_in_pieces_until_the_end() {
        let (input, mut pipe) = scripted();
        input.send(Ok(b"abc")).unwrap();
        input.send(Err(io::ErrorKind::Interrupted.into())).unwrap();
        input.send(Ok(b"d")).unwrap();
        drop(input);
        let mut buffer = [0; 2];
        let mut all = Vec::new();
        while let n @ 1.. = read(&mut pipe, &mut buffer).unwrap() {
            all.extend_from_slice(&buffer[..n]);
        }
        assert_eq!(all, b"abcd");
        assert_eq!(pipe.read(&mut buffer).unwrap(), 0, "the end stays the end");
    }

    #[test]
    fn what_nobody_has_asked_for_is_unread() {
        let (blocks, come) = channel();
        let (input, receiver) = channel();
        let open = move || Ok(Box::new(Scripted(receiver)) as Box<dyn Read>);
        let mut pipe = Pipe::spawn(move || blocks.send(()).unwrap_or_default(), open).unwrap();
        input.send(Ok(b"abc")).unwrap();
        input.send(Ok(b"defg")).unwrap();
        (0..2).for_each(|_| come.recv().unwrap());
        assert_eq!(pipe.read(&mut [0; 2]).unwrap(), 2);
        assert_eq!(pipe.unread(), 5);
    }

    #[test]
    fn errors_arrive() {
        let (input, mut pipe) = scripted();
        input.send(Err(io::Error::other("broken"))).unwrap();
        assert_eq!(read(&mut pipe, &mut [0; 8]).unwrap_err().to_string(), "broken");
        let mut pipe = Pipe::spawn(|| {}, || Err(io::Error::other("not opened"))).unwrap();
        assert_eq!(read(&mut pipe, &mut [0; 8]).unwrap_err().to_string(), "not opened");
    }

    #[test]
    fn a_thread_that_died_is_an_error_and_no_end() {
        let mut pipe = Pipe::spawn(|| {}, || panic!("on purpose")).unwrap();
        assert!(read(&mut pipe, &mut [0; 8]).is_err());
    }
}
