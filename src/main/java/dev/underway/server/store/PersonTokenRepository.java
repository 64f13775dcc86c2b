package dev.underway.server.store;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;

/// The tokens of people.
@ApplicationScoped
public class PersonTokenRepository implements PanacheRepositoryBase<PersonTokenRow, String> {

    @Transactional
    public List<StoredPersonToken> everyone() {
        return listAll().stream().map(PersonTokenRow::value).toList();
    }

    /// Makes `token` the only one of its person.
    @Transactional
    public void replace(StoredPersonToken token, Instant now) {
        delete("person = ?1 and id <> ?2", token.person(), token.id());
        if (findById(token.id()) == null) {
            persist(new PersonTokenRow(token, now));
            getEntityManager()
                    .createNativeQuery("select pg_notify(?1, ?2)", Object.class)
                    .setParameter(1, CredentialNews.CHANNEL)
                    .setParameter(2, CredentialNews.PEOPLE)
                    .getSingleResult();
        }
    }
}
