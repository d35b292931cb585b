package io.authserver.mailforwarder.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.HeaderSection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EdgeNamesTest {
  private static final EdgeNames NAMES =
      EdgeNames.of(
          List.of("MX.ours.example.", "xn--mnchen-3ya.example", "192.0.2.1", "2001:db8::1"),
          "[127.0.0.1]");

  private static HeaderField received(String value) {
    byte[] field = ("Received: " + value + "\r\n").getBytes(StandardCharsets.UTF_8);
    return Objects.requireNonNull(HeaderSection.of(field).first("received"));
  }

  @Test
  void namesAreComparedAsDomainsAre() {
    assertEquals(
        Set.of("mx.ours.example", "xn--mnchen-3ya.example", "192.0.2.1", "2001:db8::1"),
        NAMES.edge());
    for (String name :
        List.of(
            "mx.ours.example",
            "mx.OURS.example.",
            "XN--mnchen-3ya.example",
            "m\u00fcnchen.example",
            "M\u00dcNCHEN.example",
            "[192.0.2.1]",
            "192.0.2.1",
            "[IPv6:2001:DB8::1]")) {
      assertTrue(NAMES.isEdge(name), name);
    }
    for (String name :
        List.of(
            "",
            ".",
            "[",
            "[]",
            "x.ours.example",
            "mx.ours.example..",
            "munchen.example",
            "127.0.0.1",
            "[127.0.0.1]",
            "\u0000.example",
            "\ufffd")) {
      assertFalse(NAMES.isEdge(name), name);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "by mx.ours.example",
        "from a BY Mx.Ours.Example. with x; y",
        "from a (b)by\r\n\tmx.ours.example(c)",
        "from a (b (by mx.ours.example)",
        "; by; x; by mx.ours.example",
        "from by by mx.ours.example",
        "from a by m\u00fcnchen.example with ESMTP",
        "from a ([127.0.0.1]) by [127.0.0.1] with ESMTP"
      })
  void knowsWhatOursMayHaveWritten(String value) {
    assertTrue(NAMES.wrote(received(value)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "by",
        "from mx.ours.example by b.example for <x@mx.ours.example>",
        "from a by x.mx.ours.example (mx.ours.example)",
        "from a standby mx.ours.example",
        "from a by x mx.ours.example",
        "(qmail 17 invoked by uid 0); date"
      })
  void knowsWhatOthersHaveWritten(String value) {
    assertFalse(NAMES.wrote(received(value)));
  }

  @Test
  void ofThisHostWhatAnyHostIsCalledDoesNotCount(@TempDir Path folder) throws Exception {
    assertEquals(
        List.of("mx.ours.example"),
        EdgeNames.usable(
            Stream.of(
                "MX.ours.example",
                "mx",
                "mx.ours.example.",
                "localhost",
                "localhost.localdomain",
                "192.0.2.1",
                "fe80::1%eth0",
                "",
                "a b",
                "a\nb",
                "x".repeat(254))));
    assertEquals(List.of("mx"), EdgeNames.usable(Stream.of("MX", "localhost", "10.0.0.1")));
    Path mailname = folder.resolve("mailname");
    assertEquals(Optional.empty(), EdgeNames.mailname(mailname));
    assertEquals(
        Optional.of("mx.ours.example"),
        EdgeNames.mailname(Files.writeString(mailname, " mx.ours.example \nother\n")));
    assertEquals(Optional.empty(), EdgeNames.mailname(Files.writeString(mailname, "")));
    assertTrue(EdgeNames.ofThisHost().stream().noneMatch(name -> name.contains("localhost")));
  }
}
