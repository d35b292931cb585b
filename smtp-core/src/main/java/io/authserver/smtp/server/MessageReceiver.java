package io.authserver.smtp.server;

import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.message.MessageBuffer;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.message.SpoolFullException;
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

  /** What is there for each header section, however small. */
  private static final int HEADER_OBJECTS = 256;

  /** What became of it. */
  sealed interface Result {
    /** All was received. */
    record Complete(MessageBytes message) implements Result {}

    /** All was read, and the message is refused, where a limit was met for that. */
    record Refused(Reply reply, FrontMetrics.@Nullable Limit limit) implements Result {}

    /** The client went away before the final dot. */
    record Cut() implements Result {}
  }

  private final FrontSettings settings;
  private final SessionInput input;
  private final MessageBuffer buffer;
  private final MemoryBudget.Share working;
  private final DataScanner scanner = new DataScanner(this::take);
  private final FieldCounter counter = new FieldCounter();
  private @Nullable IOException storageFailure;
  private boolean dropping;

  MessageReceiver(FrontSettings settings, SessionInput input) {
    this.settings = settings;
    this.input = input;
    this.buffer = new MessageBuffer(settings.memoryBudget(), settings.spool());
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
    counter.accept(block, offset, length);
    if (dropping) {
      return;
    }
    if (exceeded() != null
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

  /** Returns the limit that the message has met so far, and its reply. */
  private Result.@Nullable Refused exceeded() {
    FrontLimits limits = settings.limits();
    if (scanner.size() > limits.messageSize()) {
      return new Result.Refused(Replies.TOO_LARGE, FrontMetrics.Limit.MESSAGE_SIZE);
    }
    if (scanner.headerLength() > limits.headerSize()) {
      return new Result.Refused(Replies.HEADER_TOO_LARGE, FrontMetrics.Limit.HEADER_SIZE);
    }
    if (counter.fields() > limits.headerFields()) {
      return new Result.Refused(Replies.TOO_MANY_FIELDS, FrontMetrics.Limit.HEADER_FIELDS);
    }
    return scanner.longestLine() > limits.lineLength()
        ? new Result.Refused(Replies.LINE_TOO_LONG, FrontMetrics.Limit.LINE_LENGTH)
        : null;
  }

  private Result judge() {
    if (scanner.sawStrayLineEnds()) {
      settings.metrics().strayLineEnds();
      if (settings.strayLineEnds() == StrayLineEnds.REFUSE) {
        return new Result.Refused(Replies.STRAY_LINE_ENDS, null);
      }
    }
    Result.Refused exceeded = exceeded();
    if (exceeded != null) {
      return exceeded;
    }
    if (storageFailure != null) {
      return notStored(storageFailure);
    }
    int headerLength = (int) scanner.headerLength();
    long cost =
        HEADER_OBJECTS
            + buffer.copiedHeader(headerLength)
            + (long) counter.fields() * HeaderSection.BYTES_PER_FIELD;
    if (!working.tryAdd(cost)) {
      return noMemoryForHeader(cost);
    }
    MessageBytes message;
    try {
      message = buffer.finish(headerLength, scanner.bodyOffset());
    } catch (IOException e) {
      return notStored(e);
    }
    // RFC 5321 §6.3: many Received fields are a loop.
    if (message.header().count("Received") > settings.limits().receivedFields()) {
      return new Result.Refused(Replies.TOO_MANY_HOPS, FrontMetrics.Limit.RECEIVED_FIELDS);
    }
    long daemonCost = settings.headerCost().bytes(message.header());
    return working.tryAdd(daemonCost)
        ? new Result.Complete(message)
        : noMemoryForHeader(cost + daemonCost);
  }

  private Result notStored(IOException cause) {
    if (cause instanceof SpoolFullException) {
      LOG.warn(
          "event=spool_full bytes={} used={} capacity={}",
          scanner.size(),
          settings.spool().quota().used(),
          settings.spool().quota().capacity());
      return new Result.Refused(Replies.SPOOL_FULL, FrontMetrics.Limit.SPOOL_QUOTA);
    }
    LOG.warn(
        "event=spool_failed directory={} cause={}",
        settings.spool().directory(),
        Reply.clean(cause.toString()));
    return new Result.Refused(Replies.NO_STORAGE, FrontMetrics.Limit.STORAGE);
  }

  private Result noMemoryForHeader(long cost) {
    LOG.warn(
        "event=working_memory_spent purpose=header bytes={} used={} capacity={}",
        cost,
        settings.workingMemory().used(),
        settings.workingMemory().capacity());
    // Told to come again, a client would do so until it gives up.
    boolean never = cost > settings.workingMemory().capacity();
    return new Result.Refused(
        never ? Replies.HEADER_NEVER_FITS : Replies.NO_MEMORY_FOR_HEADER,
        FrontMetrics.Limit.WORKING_MEMORY);
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
