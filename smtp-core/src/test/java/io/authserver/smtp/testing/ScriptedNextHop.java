package io.authserver.smtp.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * A next hop on a real loopback socket that does what a test tells it: takes messages and keeps
 * them, or refuses, stalls, breaks off or talks nonsense at any step.
 *
 * <pre>{@code
 * try (ScriptedNextHop sink = ScriptedNextHop.accepting()) {
 *   ... relay to sink.host(), sink.port() ...
 *   Message message = sink.awaitMessage(Duration.ofSeconds(5));
 * }
 *
 * ScriptedNextHop.builder()
 *     .extensions("8BITMIME", "DSN")
 *     .on(Step.RCPT, event -> event.line().contains("bad@")
 *         ? Action.reply("550 5.1.1 No such user") : Action.proceed())
 *     .start();
 * }</pre>
 *
 * <p>What is recorded: every command of every connection, and every message with its envelope, as
 * bytes. Safe for many threads.
 */
public final class ScriptedNextHop implements AutoCloseable {
  /** Where in a session the script is asked. */
  public enum Step {
    /** Before the greeting. */
    BANNER,
    EHLO,
    HELO,
    MAIL,
    RCPT,
    DATA,
    /** After 354, before the message is read. */
    CONTENT,
    /** After the final dot. */
    FINAL_DOT,
    RSET,
    QUIT,
    /** Any other verb. */
    OTHER,
    /** Right after the reply to the final dot, which is a moment without a command. */
    AFTER_MESSAGE
  }

  /**
   * What the script is asked.
   *
   * @param step where
   * @param connection the connection, counted from 1
   * @param message the messages that this connection has completed so far
   * @param recipients the recipients taken so far in this transaction
   * @param line the command without CRLF; empty where there is none
   */
  public record Event(Step step, int connection, int message, int recipients, String line) {}

  /** What the next hop does at a step. */
  public sealed interface Action {
    /** What a willing next hop does. */
    record Proceed() implements Action {}

    /** Sends bytes as they are, then goes on; 2xx and 354 are taken for what they say. */
    record Send(byte[] bytes, Duration pauseBetweenBytes) implements Action {}

    /** Sends bytes, then closes the connection. */
    record SendAndClose(byte[] bytes) implements Action {}

    /** Resets the connection. */
    record Reset() implements Action {}

    /** Neither reads nor writes any more, until the next hop is closed. */
    record Stall() implements Action {}

    /** Goes on as a willing next hop once the latch is open. */
    record Wait(CountDownLatch latch) implements Action {}

    /** Goes on as a willing next hop. */
    static Action proceed() {
      return new Proceed();
    }

    /** Sends a reply of one line or several, without their CRLF. */
    static Action reply(String... lines) {
      return raw(String.join("\r\n", lines) + "\r\n");
    }

    /** Sends text as it is, as Latin-1. */
    static Action raw(String text) {
      return new Send(text.getBytes(StandardCharsets.ISO_8859_1), Duration.ZERO);
    }

    /** Sends bytes as they are. */
    static Action raw(byte[] bytes) {
      return new Send(bytes.clone(), Duration.ZERO);
    }

    /** Sends a reply byte by byte. */
    static Action slowly(String line, Duration pauseBetweenBytes) {
      return new Send((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1), pauseBetweenBytes);
    }

    /** Sends a reply and closes the connection. */
    static Action replyAndClose(String line) {
      return new SendAndClose((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Closes the connection without a word. */
    static Action close() {
      return new SendAndClose(new byte[0]);
    }

    /** Resets the connection. */
    static Action reset() {
      return new Reset();
    }

    /** Stops to read and to write. */
    static Action stall() {
      return new Stall();
    }

    /** Waits, then goes on. */
    static Action await(CountDownLatch latch) {
      return new Wait(latch);
    }
  }

  /**
   * A message that was taken, or at least received to its final dot.
   *
   * @param connection the connection that brought it, counted from 1
   * @param mail the MAIL command, without CRLF
   * @param recipients the RCPT commands that were taken, without CRLF
   * @param wire the bytes after 354, dot-stuffed, the final dot's line excluded
   * @param data the same with dot-stuffing undone
   * @param taken whether the final dot was answered with 2xx
   */
  public record Message(
      int connection,
      String mail,
      List<String> recipients,
      byte[] wire,
      byte[] data,
      boolean taken) {
    /** Returns the data as Latin-1. */
    public String text() {
      return new String(data, StandardCharsets.ISO_8859_1);
    }

    /** Returns the reverse-path with its angle brackets. */
    public String reversePath() {
      return path(mail);
    }

    /** Returns the forward-paths with their angle brackets. */
    public List<String> forwardPaths() {
      return recipients.stream().map(Message::path).toList();
    }

    private static String path(String command) {
      return command.substring(command.indexOf('<'), command.lastIndexOf('>') + 1);
    }
  }

  /** Says what a next hop offers and does. */
  public static final class Builder {
    private final Map<Step, Function<Event, Action>> script = new EnumMap<>(Step.class);
    private List<String> extensions =
        List.of("PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES", "SIZE 0");
    private int receiveBuffer;
    private AtomicInteger pipelined = new AtomicInteger();
    private InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private Builder() {}

    /** Listens there instead of on a free loopback port. */
    public Builder at(InetSocketAddress address) {
      this.address = address;
      return this;
    }

    /** Offers these in the reply to EHLO, and nothing else. */
    public Builder extensions(String... lines) {
      extensions = List.of(lines);
      return this;
    }

    /** Offers what OpenSMTPD does. */
    public Builder likeOpenSmtpd() {
      return extensions("8BITMIME", "ENHANCEDSTATUSCODES", "SIZE 36700160", "DSN", "HELP");
    }

    /** Does the same whenever it comes to this step. */
    public Builder on(Step step, Action action) {
      return on(step, event -> action);
    }

    /** Asks the script each time it comes to this step. */
    public Builder on(Step step, Function<Event, Action> script) {
      this.script.put(step, script);
      return this;
    }

    /** Does this the first time it comes to this step, and goes on as usual later. */
    public Builder once(Step step, Action action) {
      AtomicInteger times = new AtomicInteger();
      return on(step, event -> times.getAndIncrement() == 0 ? action : Action.proceed());
    }

    /** Does this at a step of one connection, counted from 1. */
    public Builder onConnection(int connection, Step step, Action action) {
      Function<Event, Action> before = script.getOrDefault(step, event -> Action.proceed());
      return on(step, event -> event.connection() == connection ? action : before.apply(event));
    }

    /** Counts commands that were followed by another one before they were answered. */
    public Builder onPendingInput(AtomicInteger counter) {
      pipelined = counter;
      return this;
    }

    /** Has a small receive buffer, so that a stall is soon felt. */
    public Builder receiveBuffer(int bytes) {
      receiveBuffer = bytes;
      return this;
    }

    /** Starts to listen, on a free loopback port unless told otherwise. */
    public ScriptedNextHop start() {
      try {
        return new ScriptedNextHop(this);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private final Map<Step, Function<Event, Action>> script;
  private final List<String> extensions;
  private final int receiveBuffer;
  private final AtomicInteger pipelined;
  private final InetAddress host;
  private final int port;
  private final AtomicInteger connections = new AtomicInteger();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);

  /** Guards the records and the listener; notified at every change. */
  private final Object monitor = new Object();

  private final List<Message> messages = new ArrayList<>();
  private final Map<Integer, List<String>> commands = new ConcurrentHashMap<>();
  private ServerSocket listener;
  private Thread acceptor;

  private ScriptedNextHop(Builder builder) throws IOException {
    script = new EnumMap<>(Step.class);
    script.putAll(builder.script);
    extensions = builder.extensions;
    receiveBuffer = builder.receiveBuffer;
    pipelined = builder.pipelined;
    host = builder.address.getAddress();
    listener = listen(builder.address.getPort());
    port = listener.getLocalPort();
  }

  /** A next hop that offers everything and takes everything. */
  public static ScriptedNextHop accepting() {
    return builder().start();
  }

  /** Begins a script. */
  public static Builder builder() {
    return new Builder();
  }

  private ServerSocket listen(int onPort) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.bind(new InetSocketAddress(host, onPort), 200);
    acceptor = Thread.ofVirtual().name("next-hop").start(() -> acceptAll(socket));
    return socket;
  }

  // ---- what tests ask

  /** Returns the address to connect to. */
  public String host() {
    return host.getHostAddress();
  }

  /** Returns the port to connect to. */
  public int port() {
    return port;
  }

  /** Returns how many connections there have been. */
  public int connections() {
    return connections.get();
  }

  /** Returns how many connections are open on this side. */
  public int openConnections() {
    return sockets.size();
  }

  /** Returns the messages so far, in the order of their final dots. */
  public List<Message> messages() {
    synchronized (monitor) {
      return List.copyOf(messages);
    }
  }

  /** Returns the commands of a connection, counted from 1. */
  public List<String> commands(int connection) {
    List<String> lines = commands.getOrDefault(connection, List.of());
    synchronized (monitor) {
      return List.copyOf(lines);
    }
  }

  /** Waits for the first message. */
  public Message awaitMessage(Duration most) {
    return awaitMessages(1, most).getFirst();
  }

  /** Waits until there are so many messages. */
  public List<Message> awaitMessages(int count, Duration most) {
    await(() -> messages.size() >= count, most, count + " messages");
    return messages();
  }

  /** Waits until so many connections are open on this side. */
  public void awaitOpenConnections(int count, Duration most) {
    await(() -> sockets.size() == count, most, count + " open connections");
  }

  private void await(BooleanSupplier condition, Duration most, String what) {
    long end = System.nanoTime() + most.toNanos();
    synchronized (monitor) {
      while (!condition.getAsBoolean()) {
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          throw new AssertionError(
              "not within " + most + ": " + what + "; commands so far: " + commands);
        }
        try {
          monitor.wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new AssertionError("interrupted while waiting for " + what, e);
        }
      }
    }
  }

  /** Stops to listen and closes every connection, as a next hop that goes down. */
  public void stop() {
    synchronized (monitor) {
      closeQuietly(listener);
      try {
        // a listener is not gone before its last accept() has returned
        acceptor.join(Duration.ofSeconds(10));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    closeConnections();
  }

  /** Closes every connection, and goes on listening. */
  public void closeConnections() {
    sockets.forEach(ScriptedNextHop::closeQuietly);
    awaitOpenConnections(0, Duration.ofSeconds(10));
  }

  /** Listens again on the same port. */
  public void restart() {
    synchronized (monitor) {
      try {
        listener = listen(port);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() {
    closed.countDown();
    stop();
  }

  private static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      // a test's end does not depend on it
    }
  }

  // ---- the server

  private void acceptAll(ServerSocket socket) {
    while (!socket.isClosed()) {
      try {
        Socket accepted = socket.accept();
        sockets.add(accepted);
        int number = connections.incrementAndGet();
        Thread.ofVirtual().name("next-hop-" + number).start(() -> serve(accepted, number));
      } catch (IOException e) {
        closeQuietly(socket);
      }
    }
  }

  private void serve(Socket socket, int number) {
    try (socket) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(60_000);
      new Session(socket, number).run();
    } catch (IOException e) {
      // the client, or the test, has closed the connection
    } finally {
      synchronized (monitor) {
        sockets.remove(socket);
        monitor.notifyAll();
      }
    }
  }

  /** One connection. Owned by its thread. */
  private final class Session {
    private final Socket socket;
    private final int number;
    private final InputStream in;
    private final OutputStream out;
    private final List<String> said = new ArrayList<>();
    private final List<String> recipients = new ArrayList<>();
    private String mail = "";
    private int completed;
    private boolean ended;

    Session(Socket socket, int number) throws IOException {
      this.socket = socket;
      this.number = number;
      in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
      out = socket.getOutputStream();
      commands.put(number, said);
    }

    void run() throws IOException {
      act(Step.BANNER, "", "220 next-hop.example ESMTP");
      while (!ended) {
        String line = readLine();
        synchronized (monitor) {
          said.add(line);
          monitor.notifyAll();
        }
        if (in.available() > 0) {
          pipelined.incrementAndGet();
        }
        command(line);
      }
    }

    private void command(String line) throws IOException {
      int space = line.indexOf(' ');
      String verb = space < 0 ? line : line.substring(0, space);
      switch (verb) {
        case "EHLO" -> act(Step.EHLO, line, ehloReply());
        case "HELO" -> act(Step.HELO, line, "250 next-hop.example");
        case "MAIL" -> mail(line);
        case "RCPT" -> rcpt(line);
        case "DATA" -> data(line);
        case "RSET" -> {
          clear();
          act(Step.RSET, line, "250 2.0.0 Reset");
        }
        case "QUIT" -> {
          act(Step.QUIT, line, "221 2.0.0 Bye");
          ended = true;
        }
        default -> act(Step.OTHER, line, "500 5.5.1 Unknown command");
      }
    }

    private String ehloReply() {
      List<String> lines = new ArrayList<>(List.of("next-hop.example"));
      lines.addAll(extensions);
      StringBuilder reply = new StringBuilder();
      for (int i = 0; i < lines.size(); i++) {
        boolean last = i == lines.size() - 1;
        reply.append(last ? "250 " : "250-").append(lines.get(i)).append(last ? "" : "\r\n");
      }
      return reply.toString();
    }

    private void mail(String line) throws IOException {
      if (!mail.isEmpty()) {
        reply("503 5.5.1 Nested MAIL");
      } else if (act(Step.MAIL, line, "250 2.1.0 Ok") / 100 == 2) {
        mail = line;
      }
    }

    private void rcpt(String line) throws IOException {
      if (mail.isEmpty()) {
        reply("503 5.5.1 MAIL first");
      } else if (act(Step.RCPT, line, "250 2.1.5 Ok") / 100 == 2) {
        recipients.add(line);
      }
    }

    private void data(String line) throws IOException {
      if (recipients.isEmpty()) {
        reply("503 5.5.1 RCPT first");
        return;
      }
      if (act(Step.DATA, line, "354 Go on") != 354 || ended) {
        return;
      }
      act(Step.CONTENT, "", "");
      if (ended) {
        return;
      }
      byte[] wire = readContent();
      Action action = ask(Step.FINAL_DOT, "");
      if (action instanceof Action.Wait(CountDownLatch latch)) {
        awaitLatch(latch);
        action = Action.proceed();
      }
      // recorded before the reply, so that who has the reply finds the message
      boolean taken = action instanceof Action.Proceed || codeOf(action) / 100 == 2;
      synchronized (monitor) {
        messages.add(
            new Message(number, mail, List.copyOf(recipients), wire, unstuff(wire), taken));
        monitor.notifyAll();
      }
      perform(action, "250 2.0.0 Taken");
      completed++;
      clear();
      if (!ended) {
        act(Step.AFTER_MESSAGE, "", "");
      }
    }

    private void clear() {
      mail = "";
      recipients.clear();
    }

    private Action ask(Step step, String line) {
      Function<Event, Action> asked = script.getOrDefault(step, event -> Action.proceed());
      return asked.apply(new Event(step, number, completed, recipients.size(), line));
    }

    private int act(Step step, String line, String usual) throws IOException {
      return perform(ask(step, line), usual);
    }

    /** Does what the script says; returns the reply code that it amounts to, 0 for none. */
    private int perform(Action action, String usual) throws IOException {
      return switch (action) {
        case Action.Proceed() -> reply(usual);
        case Action.Send(byte[] bytes, Duration pause) -> send(bytes, pause);
        case Action.SendAndClose(byte[] bytes) -> {
          ended = true;
          yield send(bytes, Duration.ZERO);
        }
        case Action.Reset() -> {
          ended = true;
          // closing with a linger time of zero sends RST
          socket.setSoLinger(true, 0);
          socket.close();
          yield 0;
        }
        case Action.Stall() -> {
          ended = true;
          awaitLatch(closed);
          yield 0;
        }
        case Action.Wait(CountDownLatch latch) -> {
          awaitLatch(latch);
          yield reply(usual);
        }
      };
    }

    private int reply(String text) throws IOException {
      return text.isEmpty()
          ? 0
          : send((text + "\r\n").getBytes(StandardCharsets.ISO_8859_1), Duration.ZERO);
    }

    private int send(byte[] bytes, Duration pause) throws IOException {
      if (pause.isZero()) {
        out.write(bytes);
      } else {
        for (byte each : bytes) {
          out.write(each);
          pause(pause);
        }
      }
      return code(bytes);
    }

    private static int codeOf(Action action) {
      return switch (action) {
        case Action.Send(byte[] bytes, Duration _) -> code(bytes);
        case Action.SendAndClose(byte[] bytes) -> code(bytes);
        default -> 0;
      };
    }

    private static int code(byte[] bytes) {
      String head = new String(bytes, 0, Math.min(3, bytes.length), StandardCharsets.ISO_8859_1);
      return head.matches("[0-9]{3}") ? Integer.parseInt(head) : 0;
    }

    private void pause(Duration time) throws IOException {
      try {
        // slowness is what is asked for: this ends early only with the next hop itself
        if (closed.await(time.toNanos(), java.util.concurrent.TimeUnit.NANOSECONDS)) {
          throw new IOException("closed");
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    private void awaitLatch(CountDownLatch latch) throws IOException {
      try {
        while (!latch.await(20, java.util.concurrent.TimeUnit.MILLISECONDS)) {
          if (socket.isClosed()) {
            throw new IOException("closed");
          }
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    private String readLine() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      int previous = -1;
      while (true) {
        int b = in.read();
        if (b < 0) {
          throw new EOFException();
        }
        if (b == '\n' && previous == '\r') {
          byte[] bytes = line.toByteArray();
          return new String(bytes, 0, bytes.length - 1, StandardCharsets.UTF_8);
        }
        line.write(b);
        previous = b;
      }
    }

    /** Reads up to CRLF . CRLF; returns what comes before the line with the dot. */
    private byte[] readContent() throws IOException {
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      byte[] end = {'\r', '\n', '.', '\r', '\n'};
      // a message may begin with the final dot: as if a line end came before
      int matched = 2;
      while (true) {
        int b = in.read();
        if (b < 0) {
          throw new EOFException();
        }
        content.write(b);
        matched = b == end[matched] ? matched + 1 : b == '\r' ? 1 : 0;
        if (matched == end.length) {
          byte[] bytes = content.toByteArray();
          return java.util.Arrays.copyOf(bytes, bytes.length - 3);
        }
      }
    }
  }

  /** Undoes dot-stuffing (RFC 5321 §4.5.2), on its own terms: not with the code under test. */
  private static byte[] unstuff(byte[] wire) {
    ByteArrayOutputStream data = new ByteArrayOutputStream(wire.length);
    for (int i = 0; i < wire.length; i++) {
      boolean lineStart = i == 0 || (i >= 2 && wire[i - 2] == '\r' && wire[i - 1] == '\n');
      if (!(lineStart && wire[i] == '.')) {
        data.write(wire[i]);
      }
    }
    return data.toByteArray();
  }
}
