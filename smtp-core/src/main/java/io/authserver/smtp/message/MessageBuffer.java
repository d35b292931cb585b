package io.authserver.smtp.message;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a message while it is received: in memory as long as the budget lasts, then in a spool file
 * that has no name any more (unlinked at once), so that nothing is left after a crash. Used by one
 * thread. Its owner closes it, which ends the message that it returned.
 */
public final class MessageBuffer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MessageBuffer.class);

  private static final int FIRST_CHUNK = 8 << 10;
  private static final int LARGEST_CHUNK = 64 << 10;

  private final MemoryBudget budget;
  private final Path spoolDirectory;
  private final MemoryBudget spoolQuota;
  private final MemoryBudget.Share quota;
  private final List<byte[]> chunks = new ArrayList<>();
  private int lastChunkFill;
  private long reserved;
  private long size;
  private @Nullable FileChannel spool;

  /**
   * Makes an empty buffer.
   *
   * @param spool where the file goes when the budget is spent
   */
  public MessageBuffer(MemoryBudget budget, Spool spool) {
    this.budget = budget;
    this.spoolDirectory = spool.directory();
    this.quota = spool.quota().share();
    this.spoolQuota = spool.quota();
  }

  /**
   * Adds bytes to the end.
   *
   * @throws SpoolFullException when the spool has no room for them: 452 4.3.1 to the client
   * @throws IOException when the spool file cannot be made or written: 452 4.3.1 to the client
   */
  public void append(byte[] block, int offset, int length) throws IOException {
    int from = offset;
    int left = length;
    while (left > 0 && spool == null) {
      int room = chunks.isEmpty() ? 0 : chunks.getLast().length - lastChunkFill;
      if (room == 0) {
        if (!addChunk()) {
          moveToSpool(size + length - left);
        }
        continue;
      }
      int now = Math.min(room, left);
      System.arraycopy(block, from, chunks.getLast(), lastChunkFill, now);
      lastChunkFill += now;
      from += now;
      left -= now;
    }
    if (left > 0 && spool != null) {
      takeOfQuota(left);
      write(spool, block, from, left);
    }
    size += length;
  }

  /** Returns how many bytes were added. */
  public long size() {
    return size;
  }

  /** Returns whether the message is in a file. */
  public boolean isSpooled() {
    return spool != null;
  }

  /**
   * Ends the message.
   *
   * @param headerLength how many bytes its header section has; kept in memory, in {@link
   *     #copiedHeader} bytes more than the buffer has
   * @param bodyOffset where its body begins
   * @throws IOException when the spool file cannot be read
   */
  public MessageBytes finish(int headerLength, long bodyOffset) throws IOException {
    if (copiedHeader(headerLength) == 0) {
      HeaderSection header =
          chunks.isEmpty()
              ? HeaderSection.of(new byte[0])
              : HeaderSection.of(chunks.getFirst(), headerLength);
      return new BufferedMessage(this, header, bodyOffset);
    }
    byte[] header = new byte[headerLength];
    head(header, headerLength);
    return new BufferedMessage(this, HeaderSection.of(header), bodyOffset);
  }

  /**
   * Returns how many bytes {@link #finish} copies to have a header section of this length in one
   * array: none where the first block of memory has all of it.
   */
  public int copiedHeader(int headerLength) {
    boolean inFirst =
        spool == null && !chunks.isEmpty() && headerLength <= chunks.getFirst().length;
    return inFirst ? 0 : headerLength;
  }

  /**
   * Copies the first bytes of what was added, before the message is ended.
   *
   * @param length how many; no more than were added
   * @throws IOException when the spool file cannot be read
   */
  public void head(byte[] target, int length) throws IOException {
    if (spool != null) {
      readFully(spool, 0, target, length);
      return;
    }
    int copied = 0;
    for (byte[] chunk : chunks) {
      int now = Math.min(chunk.length, length - copied);
      System.arraycopy(chunk, 0, target, copied, now);
      copied += now;
    }
  }

  /** Gives the memory back and closes the file, which frees what it had of the quota. */
  @Override
  public void close() {
    releaseChunks();
    if (spool != null) {
      try {
        spool.close();
      } catch (IOException e) {
        // The file has no name and is only read from here on: nothing can be lost by it.
        LOG.debug("event=close_failed", e);
      }
    }
    quota.close();
  }

  private boolean addChunk() {
    int length =
        chunks.isEmpty() ? FIRST_CHUNK : Math.min(LARGEST_CHUNK, chunks.getLast().length * 2);
    if (!budget.tryReserve(length)) {
      return false;
    }
    reserved += length;
    chunks.add(new byte[length]);
    lastChunkFill = 0;
    return true;
  }

  private void takeOfQuota(long bytes) throws SpoolFullException {
    if (!quota.tryAdd(bytes)) {
      throw new SpoolFullException(spoolQuota);
    }
  }

  private void moveToSpool(long inMemory) throws IOException {
    takeOfQuota(inMemory);
    FileChannel channel = SpoolFile.create(spoolDirectory);
    spool = channel;
    for (int i = 0; i < chunks.size(); i++) {
      byte[] chunk = chunks.get(i);
      write(channel, chunk, 0, i == chunks.size() - 1 ? lastChunkFill : chunk.length);
    }
    releaseChunks();
  }

  private void releaseChunks() {
    chunks.clear();
    budget.release(reserved);
    reserved = 0;
  }

  private static void write(FileChannel channel, byte[] block, int offset, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(block, offset, length);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static void readFully(FileChannel channel, long from, byte[] target, int length)
      throws IOException {
    // By blocks: the JDK takes memory outside of the heap for each read, and keeps it.
    int at = 0;
    while (at < length) {
      ByteBuffer block = ByteBuffer.wrap(target, at, Math.min(LARGEST_CHUNK, length - at));
      int count = channel.read(block, from + at);
      if (count < 0) {
        throw new EOFException("spool file ends early");
      }
      at += count;
    }
  }

  private void readBlocks(FileChannel channel, long from, int blockSize, BlockConsumer consumer)
      throws IOException {
    byte[] block = new byte[blockSize];
    for (long at = from; at < size; ) {
      int length = (int) Math.min(block.length, size - at);
      readFully(channel, at, block, length);
      consumer.accept(block, 0, length);
      at += length;
    }
  }

  private void forEachBlock(long from, BlockConsumer consumer) throws IOException {
    if (spool != null) {
      try (MemoryBudget.Share share = budget.share()) {
        readBlocks(
            spool, from, share.tryAdd(LARGEST_CHUNK) ? LARGEST_CHUNK : FIRST_CHUNK, consumer);
      }
      return;
    }
    long start = 0;
    for (int i = 0; i < chunks.size(); i++) {
      byte[] chunk = chunks.get(i);
      int length = i == chunks.size() - 1 ? lastChunkFill : chunk.length;
      int skip = (int) Math.min(length, Math.max(0, from - start));
      if (skip < length) {
        consumer.accept(chunk, skip, length - skip);
      }
      start += length;
    }
  }

  private record BufferedMessage(MessageBuffer buffer, HeaderSection header, long bodyOffset)
      implements MessageBytes {
    @Override
    public long size() {
      return buffer.size;
    }

    @Override
    public void forEachBlock(long from, BlockConsumer consumer) throws IOException {
      buffer.forEachBlock(from, consumer);
    }
  }
}
