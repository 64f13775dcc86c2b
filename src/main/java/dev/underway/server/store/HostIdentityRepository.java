package dev.underway.server.store;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;

/// Which client certificate counts for which host.
@ApplicationScoped
public class HostIdentityRepository implements PanacheRepositoryBase<HostIdentityRow, String> {

    @Transactional
    public List<HostIdentity> everyOne() {
        return listAll().stream().map(HostIdentityRow::value).toList();
    }

    /// Makes everyone else who asks for the name `host` wait until the caller's transaction ends, also while the
    /// name is still free and has no row to lock.
    @Transactional(Transactional.TxType.MANDATORY)
    public Optional<HostIdentity> lock(String host) {
        getEntityManager()
                .createNativeQuery(
                        "select pg_advisory_xact_lock(hashtext('host_identity'), hashtext(?1))", Object.class)
                .setParameter(1, host)
                .getSingleResult();
        return findByIdOptional(host).map(HostIdentityRow::value);
    }

    @Transactional
    public Optional<HostIdentity> of(String host) {
        return findByIdOptional(host).map(HostIdentityRow::value);
    }

    /// Makes `identity` the one that counts for its host, on all replicas once the transaction is committed.
    @Transactional(Transactional.TxType.MANDATORY)
    public void put(HostIdentity identity) {
        getEntityManager().merge(new HostIdentityRow(identity));
        tell(identity.host());
    }

    /// Whether there was one. As [#put], for all replicas.
    @Transactional
    public boolean remove(String host) {
        tell(host);
        return deleteById(host);
    }

    /// Differs when another set of certificates counts, as good as always: cheap enough to ask every few seconds.
    @Transactional
    public String state() {
        return (String) getEntityManager()
                .createNativeQuery(
                        "select count(*) || '/' || coalesce(sum(hashtextextended("
                                + "host || serial || coalesce(next_serial, ''), 0)), 0) from host_identity",
                        String.class)
                .getSingleResult();
    }

    private void tell(String host) {
        getEntityManager()
                .createNativeQuery("select pg_notify(?1, ?2)", Object.class)
                .setParameter(1, CredentialNews.CHANNEL)
                .setParameter(2, host)
                .getSingleResult();
    }
}
