package io.authserver.dkim.key;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DkimPrivateKeyTest {
  private static final byte[] DATA = "some bytes".getBytes(StandardCharsets.US_ASCII);

  /** Seeds and public keys of RFC 8032 §7.1, and the key of RFC 8463 §A.2. */
  @ParameterizedTest
  @CsvSource({
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60,"
        + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb,"
        + "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7,"
        + "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
  })
  void derivesThePublicHalfOfAnEd25519Seed(String seed, String published) throws Exception {
    DkimPrivateKey key = DkimPrivateKey.fromEd25519Seed(HexFormat.of().parseHex(seed));
    assertEquals(published, HexFormat.of().formatHex(key.publicKey().published()));
  }

  @Test
  void publishesEd25519AsRawBytes() throws Exception {
    DkimPrivateKey key =
        DkimPrivateKey.fromEd25519Seed(
            Base64.getDecoder().decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="));
    assertEquals(
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        key.publicKey().dnsRecord());
  }

  @ParameterizedTest
  @ValueSource(ints = {2048, 4096})
  void makesRsaKeys(int bits) throws Exception {
    DkimPrivateKey key = DkimPrivateKey.generateRsa(bits);
    assertEquals(bits, key.bits());
    assertEquals(KeyAlgorithm.RSA, key.algorithm());
    assertTrue(key.publicKey().verify(key.sign(DATA), DATA));
    assertTrue(key.publicKey().dnsRecord().startsWith("v=DKIM1; k=rsa; p=MII"));
    assertEquals(key, DkimPrivateKey.fromPkcs8(key.toPkcs8()));
    assertEquals(key, DkimPrivateKey.fromPem(key.toPem()));
  }

  @Test
  void makesEd25519Keys() throws Exception {
    DkimPrivateKey key = DkimPrivateKey.generateEd25519();
    assertEquals(256, key.bits());
    assertTrue(key.publicKey().verify(key.sign(DATA), DATA));
    assertEquals(key, DkimPrivateKey.fromPkcs8(key.toPkcs8()));
    assertEquals(key, DkimPrivateKey.fromPem(key.toPem()));
    // The JDK's own encoder and the JDK's own reader agree with ours.
    assertArrayEquals(
        key.toPkcs8(),
        KeyFactory.getInstance("Ed25519")
            .generatePrivate(new PKCS8EncodedKeySpec(key.toPkcs8()))
            .getEncoded());
  }

  @Test
  void readsPkcs1() throws Exception {
    DkimPrivateKey key = DkimPrivateKey.generateRsa(2048);
    byte[] pkcs1 = KeyEncoding.parsePkcs8(key.toPkcs8()).inner();
    String pem = "some words\n\n" + Pem.encode("RSA PRIVATE KEY", pkcs1);
    assertEquals(key, DkimPrivateKey.fromPem(pem));
    assertEquals(key, DkimPrivateKey.fromPem(pem.replace("\n", "\r\n")));
  }

  @Test
  void readsPkcs8WithAPublicKeyBehindIt() throws Exception {
    // OneAsymmetricKey, RFC 8410 §10.3
    String pem =
        """
        -----BEGIN PRIVATE KEY-----
        MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
        oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB
        Z9w7lshQhqowtrbLDFw4rXAxZuE=
        -----END PRIVATE KEY-----
        """;
    assertEquals(
        "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1",
        HexFormat.of().formatHex(DkimPrivateKey.fromPem(pem).publicKey().published()));
  }

  @Test
  void readsRsaKeysFrom1024BitsOn() throws Exception {
    assertEquals(1024, DkimPrivateKey.fromPkcs8(rsaPkcs8(1024)).bits());
    var tooSmall =
        assertThrows(DkimKeyException.class, () -> DkimPrivateKey.fromPkcs8(rsaPkcs8(768)));
    assertTrue(tooSmall.getMessage().contains("768"));
    assertThrows(IllegalArgumentException.class, () -> DkimPrivateKey.generateRsa(1024));
    assertThrows(IllegalArgumentException.class, () -> DkimPrivateKey.generateRsa(8192));
  }

  @Test
  void refusesHalvesThatDoNotMatch() throws Exception {
    var one = (RSAPrivateCrtKey) parse(rsaPkcs8(2048));
    var other = (RSAPrivateCrtKey) parse(rsaPkcs8(2048));
    byte[] zero = Der.write(Der.INTEGER, new byte[] {0});
    byte[] mixed =
        Der.write(
            Der.SEQUENCE,
            zero,
            integer(one.getModulus()),
            integer(one.getPublicExponent()),
            integer(other.getPrivateExponent()),
            integer(other.getPrimeP()),
            integer(other.getPrimeQ()),
            integer(other.getPrimeExponentP()),
            integer(other.getPrimeExponentQ()),
            integer(other.getCrtCoefficient()));
    assertThrows(
        DkimKeyException.class, () -> DkimPrivateKey.fromPkcs8(KeyEncoding.rsaPkcs8(mixed)));
  }

  @Test
  void refusesWhatIsNoKeyWithoutShowingIt() throws Exception {
    byte[] pkcs8 = DkimPrivateKey.generateEd25519().toPkcs8();
    for (int length = 0; length < pkcs8.length; length++) {
      byte[] cut = Arrays.copyOf(pkcs8, length);
      assertThrows(DkimKeyException.class, () -> DkimPrivateKey.fromPkcs8(cut));
    }
    byte[] rsa = rsaPkcs8(1024);
    for (int length = 0; length < rsa.length; length += 7) {
      byte[] cut = Arrays.copyOf(rsa, length);
      assertThrows(DkimKeyException.class, () -> DkimPrivateKey.fromPkcs8(cut));
    }
    byte[] ec = KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate().getEncoded();
    assertThrows(DkimKeyException.class, () -> DkimPrivateKey.fromPkcs8(ec));
    for (String pem :
        new String[] {
          "",
          "-----BEGIN PRIVATE KEY-----",
          "-----BEGIN PRIVATE KEY-----\nAAAA\n",
          "-----BEGIN PRIVATE KEY-----\nsecret!\n-----END PRIVATE KEY-----\n",
          "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
          "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
          """
          -----BEGIN RSA PRIVATE KEY-----
          Proc-Type: 4,ENCRYPTED

          AAAA
          -----END RSA PRIVATE KEY-----
          """
        }) {
      var refused = assertThrows(DkimKeyException.class, () -> DkimPrivateKey.fromPem(pem));
      assertFalse(refused.getMessage().contains("secret"));
    }
  }

  @Test
  void textShowsNothingSecret() {
    for (DkimPrivateKey key :
        new DkimPrivateKey[] {DkimPrivateKey.generateRsa(2048), DkimPrivateKey.generateEd25519()}) {
      String secret = Base64.getEncoder().encodeToString(key.toPkcs8());
      String text = key.toString();
      assertTrue(text.length() < 100, text);
      String shown = text.substring(text.indexOf("half ") + 5, text.indexOf("..."));
      assertTrue(key.publicKey().dnsRecord().contains(shown));
      if (key.algorithm() == KeyAlgorithm.ED25519) {
        assertFalse(secret.contains(shown));
      }
    }
  }

  @Test
  void readsBothFormsOfAPublishedRsaKey() throws Exception {
    DkimPublicKey key = DkimPrivateKey.generateRsa(2048).publicKey();
    byte[] bare = KeyEncoding.parsePublic(key.published()).inner();
    assertEquals(key, DkimPublicKey.ofPublished(KeyAlgorithm.RSA, bare));
    assertThrows(
        DkimKeyException.class, () -> DkimPublicKey.ofPublished(KeyAlgorithm.ED25519, bare));
    assertThrows(
        DkimKeyException.class,
        () -> DkimPublicKey.ofPublished(KeyAlgorithm.RSA, Arrays.copyOf(bare, 40)));
  }

  private static byte[] integer(java.math.BigInteger value) {
    return Der.write(Der.INTEGER, value.toByteArray());
  }

  private static java.security.PrivateKey parse(byte[] pkcs8) throws Exception {
    return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
  }

  private static byte[] rsaPkcs8(int bits) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    return generator.generateKeyPair().getPrivate().getEncoded();
  }
}
