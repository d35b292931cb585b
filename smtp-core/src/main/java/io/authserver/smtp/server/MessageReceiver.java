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

    /**
     * All was read, and the message is refused.
     *
     * @param limit what was met for that; null for stray line ends
     * @param kept of what is refused for good the header section
     */
    record Refused(Reply reply, FrontMetrics.@Nullable Limit limit, Kept kept) implements Result {
      private Refused(Reply reply, FrontMetrics.@Nullable Limit limit) {
        this(reply, limit, Kept.NOTHING);
      }
    }

    /** The client went away before the final dot. */
    record Cut() implements Result {}
  }

  /**
   * What is kept of the header section of a refused message.
   *
   * @param header null where there was no memory for it; its last field may be cut
   * @param whole whether it is all of it
   */
  record Kept(@Nullable HeaderSection header, boolean whole) {
    static final Kept NOTHING = new Kept(null, false);
  }

  private final FrontSettings settings;
  private final SessionInput input;
  private final MessageBuffer buffer;
  private final MemoryBudget.Share working;
  private final DataScanner scanner = new DataScanner(this::take);
  private final FieldCounter counter = new FieldCounter();
  private @Nullable IOException storageFailure;
  private @Nullable Kept kept;
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
    if (exceeded() != null || isRefusedForLineEnds()) {
      kept = keep(block, offset, length);
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
      kept = Kept.NOTHING;
      drop();
    }
  }

  private boolean isRefusedForLineEnds() {
    return scanner.sawStrayLineEnds() && settings.strayLineEnds() == StrayLineEnds.REFUSE;
  }

  private void drop() {
    dropping = true;
    buffer.close();
  }

  /**
   * Keeps the beginning of the header section: what the buffer has of it, then what this block has.
   */
  private Kept keep(byte[] block, int offset, int length) {
    int most = (int) Math.min(scanner.headerLength(), RefusedMessage.MOST_HEADER_BYTES);
    long cost =
        HEADER_OBJECTS
            + most
            + (long) Math.min(counter.fields(), most) * HeaderSection.BYTES_PER_FIELD;
    if (!working.tryAdd(cost)) {
      return Kept.NOTHING;
    }
    byte[] bytes = new byte[most];
    int had = (int) Math.min(buffer.size(), most);
    try {
      buffer.head(bytes, had);
    } catch (IOException e) {
      LOG.warn("event=spool_failed cause={}", Reply.clean(e.toString()));
      return Kept.NOTHING;
    }
    System.arraycopy(block, offset, bytes, had, Math.min(length, most - had));
    boolean ended = scanner.bodyOffset() > scanner.headerLength() || scanner.ended();
    return withDaemonsCost(HeaderSection.of(bytes), ended && most == scanner.headerLength());
  }

  private Kept withDaemonsCost(HeaderSection header, boolean whole) {
    return working.tryAdd(settings.headerCost().bytes(header))
        ? new Kept(header, whole)
        : Kept.NOTHING;
  }

  private Kept kept() {
    Kept before = kept;
    return before == null ? keep(new byte[0], 0, 0) : before;
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
        return new Result.Refused(Replies.STRAY_LINE_ENDS, null, kept());
      }
    }
    Result.Refused exceeded = exceeded();
    if (exceeded != null) {
      return new Result.Refused(exceeded.reply(), exceeded.limit(), kept());
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
    int receivedFields = settings.limits().receivedFields();
    if (message.header().count("Received") > receivedFields) {
      return new Result.Refused(
          Replies.tooManyHops(receivedFields),
          FrontMetrics.Limit.RECEIVED_FIELDS,
          withDaemonsCost(message.header(), true));
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
    return cost > settings.workingMemory().capacity()
        ? new Result.Refused(Replies.HEADER_NEVER_FITS, FrontMetrics.Limit.WORKING_MEMORY, kept())
        : new Result.Refused(Replies.NO_MEMORY_FOR_HEADER, FrontMetrics.Limit.WORKING_MEMORY);
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
