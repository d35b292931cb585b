package io.authserver.demo;

import io.authserver.smtp.address.AsciiCase;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One client of a sink. One thread. */
final class SinkSession {
  private static final int IDLE_MILLIS = 300_000;
  private static final int MAX_RECIPIENTS = 10_000;
  private static final int RESERVE_STEP = 64 * 1024;

  private final Sink sink;
  private final Socket socket;
  private final SinkInput in;
  private final OutputStream out;
  private String clientName = "";
  private boolean extended;
  private @Nullable Path reversePath;
  private final List<SinkMessage.Recipient> recipients = new ArrayList<>();

  /** The argument of MAIL or RCPT. */
  private record Path(String path, List<String> parameters) {}

  SinkSession(Sink sink, Socket socket) throws IOException {
    this.sink = sink;
    this.socket = socket;
    socket.setSoTimeout(IDLE_MILLIS);
    this.in = new SinkInput(socket.getInputStream());
    this.out = new BufferedOutputStream(socket.getOutputStream(), 8192);
  }

  /** Speaks until QUIT, or says that there are too many sessions. */
  void run(boolean admitted) throws IOException {
    if (!admitted) {
      reply("421 4.3.2 too many connections");
      out.flush();
      return;
    }
    reply("220 " + sink.name() + " ESMTP sink");
    boolean more = true;
    while (more) {
      if (!in.hasMore()) {
        out.flush();
      }
      try {
        String line = in.readLine();
        more = line != null && command(line);
      } catch (SinkInput.LineTooLongException e) {
        reply("500 5.5.2 line too long");
      }
    }
    out.flush();
  }

  private void reply(String... lines) throws IOException {
    for (String line : lines) {
      out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  private boolean command(String line) throws IOException {
    int space = line.indexOf(' ');
    String verb = AsciiCase.upper(space < 0 ? line : line.substring(0, space));
    String argument = space < 0 ? "" : line.substring(space + 1).strip();
    switch (verb) {
      case "EHLO", "HELO" -> hello(verb.equals("EHLO"), argument);
      case "MAIL" -> mail(argument);
      case "RCPT" -> rcpt(argument);
      case "DATA" -> data();
      case "RSET" -> {
        reset();
        reply("250 2.0.0 reset");
      }
      case "NOOP" -> reply("250 2.0.0 ok");
      case "VRFY" -> reply("252 2.5.0 send it and see");
      case "QUIT" -> {
        reply("221 2.0.0 bye");
        return false;
      }
      default -> reply("500 5.5.1 unknown command");
    }
    return true;
  }

  private void hello(boolean extended, String argument) throws IOException {
    if (argument.isEmpty()) {
      reply("501 5.5.4 a name is missing");
      return;
    }
    reset();
    clientName = argument;
    this.extended = extended;
    if (extended) {
      reply(
          "250-" + sink.name(),
          "250-PIPELINING",
          "250-8BITMIME",
          "250-SMTPUTF8",
          "250-DSN",
          "250-SIZE " + Sink.MAX_MESSAGE,
          "250 ENHANCEDSTATUSCODES");
    } else {
      reply("250 " + sink.name());
    }
  }

  private void mail(String argument) throws IOException {
    Path path = path("FROM:", argument);
    if (clientName.isEmpty()) {
      reply("503 5.5.1 EHLO first");
    } else if (reversePath != null) {
      reply("503 5.5.1 a transaction is open");
    } else if (path == null) {
      reply("501 5.5.4 MAIL FROM:<address>");
    } else {
      reversePath = path;
      reply("250 2.1.0 ok");
    }
  }

  private void rcpt(String argument) throws IOException {
    Path path = path("TO:", argument);
    if (reversePath == null) {
      reply("503 5.5.1 MAIL first");
    } else if (path == null || path.path().isEmpty()) {
      reply("501 5.5.4 RCPT TO:<address>");
    } else if (recipients.size() == MAX_RECIPIENTS) {
      reply("452 4.5.3 too many recipients");
    } else {
      recipients.add(new SinkMessage.Recipient(path.path(), path.parameters()));
      reply("250 2.1.5 ok");
    }
  }

  private static @Nullable Path path(String keyword, String argument) {
    if (!AsciiCase.startsWith(argument, keyword)) {
      return null;
    }
    String rest = argument.substring(keyword.length()).strip();
    if (!rest.startsWith("<")) {
      return null;
    }
    boolean quoted = false;
    for (int i = 1; i < rest.length(); i++) {
      char c = rest.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == '>' && !quoted) {
        String parameters = rest.substring(i + 1).strip();
        return new Path(
            rest.substring(1, i),
            parameters.isEmpty() ? List.of() : List.of(parameters.split(" +", -1)));
      }
    }
    return null;
  }

  private void data() throws IOException {
    Path sender = reversePath;
    if (sender == null || recipients.isEmpty()) {
      reply("503 5.5.1 MAIL and RCPT first");
      return;
    }
    reply("354 go ahead");
    out.flush();
    try (Content content = new Content()) {
      in.copyMessage(content);
      if (content.refusal != null) {
        reply(content.refusal);
      } else {
        keep(sender, content);
      }
    }
    reset();
  }

  private void keep(Path sender, Content content) throws IOException {
    SinkMessage message =
        new SinkMessage(
            sink.nextNumber(),
            sink.clock().instant(),
            (InetSocketAddress) socket.getRemoteSocketAddress(),
            clientName,
            extended,
            sender.path(),
            sender.parameters(),
            recipients,
            content.bytes.toByteArray());
    try {
      if (sink.keep(message)) {
        content.reserved = 0;
      }
      reply("250 2.0.0 kept as " + message.number());
    } catch (IOException e) {
      reply("451 4.3.0 cannot keep it");
    }
  }

  private void reset() {
    reversePath = null;
    recipients.clear();
  }

  /** Takes a message within the sink's bounds; beyond them it only reads on. */
  private final class Content extends OutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(RESERVE_STEP);
    private @Nullable String refusal;
    private long reserved;

    @Override
    public void write(int b) {
      if (refusal != null) {
        return;
      }
      if (bytes.size() >= Sink.MAX_MESSAGE) {
        refuse("552 5.3.4 too large");
      } else if (bytes.size() >= reserved && !sink.reserve(RESERVE_STEP)) {
        refuse("452 4.3.1 no memory");
      } else {
        if (bytes.size() >= reserved) {
          reserved += RESERVE_STEP;
        }
        bytes.write(b);
      }
    }

    private void refuse(String reply) {
      refusal = reply;
      bytes.reset();
    }

    @Override
    public void close() {
      sink.release(reserved);
      reserved = 0;
    }
  }
}
