package io.authserver.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Writes messages into a folder: {@code 0001.eml} as it was received and {@code 0001.json} with its
 * envelope. Each appears whole, under its name, or not at all; the envelope appears last, so who
 * sees a {@code .json} may read both.
 */
final class SinkFolder {
  private final Path folder;

  SinkFolder(Path folder) {
    this.folder = folder;
  }

  void write(SinkMessage message) throws IOException {
    String name = String.format(Locale.ROOT, "%04d", message.number());
    publish(name + ".eml", message.content());
    publish(name + ".json", json(message, name + ".eml").getBytes(StandardCharsets.UTF_8));
  }

  private void publish(String name, byte[] content) throws IOException {
    Path hidden = folder.resolve("." + name + ".new");
    try {
      Files.write(hidden, content);
      Files.move(hidden, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(hidden);
    }
  }

  static String json(SinkMessage message, String file) {
    String recipients =
        message.recipients().stream()
            .map(
                recipient ->
                    "    {\"forward_path\": "
                        + Json.quote(recipient.forwardPath())
                        + ", \"parameters\": "
                        + array(recipient.parameters())
                        + "}")
            .collect(Collectors.joining(",\n"));
    return "{\n  \"number\": "
        + message.number()
        + ",\n  \"file\": "
        + Json.quote(file)
        + ",\n  \"time\": "
        + Json.quote(message.time().toString())
        + ",\n  \"client\": "
        + Json.quote(
            message.clientAddress().getAddress().getHostAddress()
                + ":"
                + message.clientAddress().getPort())
        + ",\n  \"client_name\": "
        + Json.quote(message.clientName())
        + ",\n  \"protocol\": "
        + Json.quote(message.extended() ? "ESMTP" : "SMTP")
        + ",\n  \"reverse_path\": "
        + Json.quote(message.reversePath())
        + ",\n  \"mail_parameters\": "
        + array(message.mailParameters())
        + ",\n  \"recipients\": [\n"
        + recipients
        + "\n  ],\n  \"bytes\": "
        + message.content().length
        + "\n}\n";
  }

  private static String array(List<String> values) {
    return values.stream().map(Json::quote).collect(Collectors.joining(", ", "[", "]"));
  }
}
