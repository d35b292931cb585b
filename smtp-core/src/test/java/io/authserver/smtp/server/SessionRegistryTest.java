package io.authserver.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.authserver.smtp.server.SessionRegistry.Admission;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is admitted, and that nothing is kept of those who have gone. */
class SessionRegistryTest {
  private static InetAddress client(String address) throws UnknownHostException {
    return InetAddress.getByName(address);
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1, true",
    "192.0.2.1, 192.0.2.2, false",
    "192.0.2.1, 193.0.2.1, false",
    "2001:db8::1, 2001:db8::2, true",
    "2001:db8::1, 2001:db8:0:0:ffff:ffff:ffff:ffff, true",
    "2001:db8::1, 2001:db8:0:1::1, false",
    "::ffff:192.0.2.1, 192.0.2.1, true",
    "0.0.0.1, ::1:0:0:0:0, false"
  })
  void whoCountsAsTheSameClient(String one, String other, boolean same) throws Exception {
    SessionRegistry sessions = new SessionRegistry(10, 1);
    assertEquals(Admission.ADMITTED, sessions.admit(client(one)));
    assertEquals(
        same ? Admission.TOO_MANY_OF_CLIENT : Admission.ADMITTED, sessions.admit(client(other)));
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1", "127.1.2.3", "::1"})
  void loopbackIsNotCounted(String address) throws Exception {
    SessionRegistry sessions = new SessionRegistry(3, 1);
    for (int i = 0; i < 3; i++) {
      assertEquals(Admission.ADMITTED, sessions.admit(client(address)));
    }
    assertEquals(0, sessions.networks());
    assertEquals(Admission.TOO_MANY, sessions.admit(client(address)));
    sessions.release(client(address));
    assertEquals(Admission.ADMITTED, sessions.admit(client(address)));
  }

  @Test
  void nothingIsKeptOfClientsThatHaveGone() throws Exception {
    SessionRegistry sessions = new SessionRegistry(1000, 2);
    for (int i = 0; i < 250; i++) {
      assertEquals(Admission.ADMITTED, sessions.admit(client("192.0.2." + i)));
      assertEquals(Admission.ADMITTED, sessions.admit(client("192.0.2." + i)));
      assertEquals(Admission.TOO_MANY_OF_CLIENT, sessions.admit(client("192.0.2." + i)));
    }
    assertEquals(500, sessions.size());
    assertEquals(250, sessions.networks());
    for (int i = 0; i < 250; i++) {
      sessions.release(client("192.0.2." + i));
      assertEquals(Admission.ADMITTED, sessions.admit(client("192.0.2." + i)));
      sessions.release(client("192.0.2." + i));
      sessions.release(client("192.0.2." + i));
    }
    assertEquals(0, sessions.size());
    assertEquals(0, sessions.networks());
  }

  /** Who is refused because there are too many of all must not count among those of the client. */
  @Test
  void whoIsRefusedIsNotCounted() throws Exception {
    SessionRegistry sessions = new SessionRegistry(1, 5);
    assertEquals(Admission.ADMITTED, sessions.admit(client("192.0.2.1")));
    assertEquals(Admission.TOO_MANY, sessions.admit(client("192.0.2.2")));
    assertEquals(1, sessions.networks());
    assertEquals(1, sessions.size());
  }
}
