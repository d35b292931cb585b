package io.authserver.realservers;

import io.authserver.smtp.testing.RawSmtpClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program on the site's own host that hands mail over on loopback, with a login or without. */
final class SiteClient {
  private SiteClient() {}

  /** Sends what is on standard input: PORT SENDER RECIPIENT [LOGIN PASSWORD]. */
  public static void main(String[] arguments) throws Exception {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
    byte[] message = System.in.readAllBytes();
    RawSmtpClient connection = new RawSmtpClient(address);
    try (Client client =
        arguments.length > 3
            ? Client.user(connection, arguments[3], arguments[4])
            : Client.greeted(connection)) {
      client.send(arguments[1], arguments[2], new String(message, StandardCharsets.ISO_8859_1));
    }
  }

  /** Runs it in the site's network. */
  static void send(String message, Object... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), SiteClient.class.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Place.run(Place.onSite(command), message);
  }
}
