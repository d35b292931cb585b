package io.authserver.smtp.server;

import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.message.MessageBuffer;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the data of one message to its final dot, whatever is wrong with it: what a refused message
 * leaves unread would be taken for commands. Used by the session's thread.
 */
final class MessageReceiver implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MessageReceiver.class);

  /** What became of it. */
  sealed interface Result {
    /** All was received. */
    record Complete(MessageBytes message) implements Result {}

    /** All was read, and the message is refused. */
    record Refused(Reply reply) implements Result {}

    /** The client went away before the final dot. */
    record Cut() implements Result {}
  }

  private final FrontSettings settings;
  private final SessionInput input;
  private final MessageBuffer buffer;
  private final MemoryBudget.Share working;
  private final DataScanner scanner = new DataScanner(this::take);
  private @Nullable IOException storageFailure;
  private boolean dropping;

  MessageReceiver(FrontSettings settings, SessionInput input) {
    this.settings = settings;
    this.input = input;
    this.buffer = new MessageBuffer(settings.memoryBudget(), settings.spoolDirectory());
    this.working = settings.workingMemory().share();
  }

  /**
   * Reads the message.
   *
   * @throws SocketTimeoutException when the client is too slow
   */
  Result receive() throws IOException {
    long messageDeadline = Deadline.in(settings.timeouts().message());
    while (true) {
      if (input.isEmpty()) {
        long block = Deadline.in(settings.timeouts().dataBlock());
        if (!input.fill(Deadline.earlier(block, messageDeadline))) {
          return new Result.Cut();
        }
      }
      input.consumeTo(scanner.feed(input.array(), input.position(), input.limit()));
      if (scanner.ended()) {
        break;
      }
      input.growForData();
    }
    input.shrink();
    return judge();
  }

  /** Returns how many bytes the message has. */
  long size() {
    return scanner.size();
  }

  private void take(byte[] block, int offset, int length) {
    if (dropping) {
      return;
    }
    if (scanner.size() > settings.limits().messageSize()
        || (scanner.sawStrayLineEnds() && settings.strayLineEnds() == StrayLineEnds.REFUSE)) {
      drop();
      return;
    }
    try {
      boolean wasSpooled = buffer.isSpooled();
      buffer.append(block, offset, length);
      if (!wasSpooled && buffer.isSpooled()) {
        settings.metrics().spooled();
      }
    } catch (IOException e) {
      storageFailure = e;
      drop();
    }
  }

  private void drop() {
    dropping = true;
    buffer.close();
  }

  private Result judge() {
    FrontLimits limits = settings.limits();
    if (scanner.sawStrayLineEnds()) {
      settings.metrics().strayLineEnds();
      if (settings.strayLineEnds() == StrayLineEnds.REFUSE) {
        return new Result.Refused(Replies.STRAY_LINE_ENDS);
      }
    }
    if (scanner.size() > limits.messageSize()) {
      return refused(FrontMetrics.Limit.MESSAGE_SIZE, Replies.TOO_LARGE);
    }
    if (scanner.headerLength() > limits.headerSize()) {
      return refused(FrontMetrics.Limit.HEADER_SIZE, Replies.HEADER_TOO_LARGE);
    }
    if (scanner.longestLine() > limits.lineLength()) {
      return refused(FrontMetrics.Limit.LINE_LENGTH, Replies.LINE_TOO_LONG);
    }
    if (storageFailure != null) {
      return notStored(storageFailure);
    }
    if (!working.tryAdd(scanner.headerLength())) {
      return noMemoryForHeader();
    }
    MessageBytes message;
    try {
      message = buffer.finish((int) scanner.headerLength(), scanner.bodyOffset());
    } catch (IOException e) {
      return notStored(e);
    }
    // RFC 5321 §6.3: many Received fields are a loop.
    if (message.header().all("Received").size() > limits.receivedFields()) {
      return refused(FrontMetrics.Limit.RECEIVED_FIELDS, Replies.TOO_MANY_HOPS);
    }
    return new Result.Complete(message);
  }

  private Result notStored(IOException cause) {
    LOG.warn(
        "event=spool_failed directory={} cause={}",
        settings.spoolDirectory(),
        Reply.clean(cause.toString()));
    return refused(FrontMetrics.Limit.STORAGE, Replies.NO_STORAGE);
  }

  private Result noMemoryForHeader() {
    LOG.warn(
        "event=working_memory_spent purpose=header bytes={} used={} capacity={}",
        scanner.headerLength(),
        settings.workingMemory().used(),
        settings.workingMemory().capacity());
    return refused(FrontMetrics.Limit.WORKING_MEMORY, Replies.NO_MEMORY_FOR_HEADER);
  }

  private Result refused(FrontMetrics.Limit limit, Reply reply) {
    settings.metrics().limit(limit);
    return new Result.Refused(reply);
  }

  /** Gives the message's memory or file back. */
  @Override
  public void close() {
    if (buffer.isSpooled()) {
      settings.metrics().spooledBytes(buffer.size());
    }
    buffer.close();
    working.close();
  }
}
