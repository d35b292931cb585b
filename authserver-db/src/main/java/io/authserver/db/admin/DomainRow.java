package io.authserver.db.admin;

/**
 * A domain as an administrator sees it.
 *
 * @param name folded A-labels
 * @param active whether it takes mail and signs
 * @param settings what was chosen for it
 * @param activeKeys how many keys sign
 * @param keys how many keys there are
 * @param aliases how many aliases it has
 */
public record DomainRow(
    long id,
    String name,
    boolean active,
    DomainSettings settings,
    int activeKeys,
    int keys,
    int aliases)
    implements Thing {
  @Override
  public String key() {
    return Long.toString(id);
  }

  @Override
  public String title() {
    return "domain " + name;
  }

  @Override
  public String plural() {
    return "domains";
  }
}
