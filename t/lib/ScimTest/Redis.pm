# A private Redis for one test file, and what the tests put into it.
package ScimTest::Redis;

use v5.10.1;
use strict;
use warnings;

use Cwd qw(abs_path);
use Digest::SHA qw(sha256_hex);
use File::Basename qw(dirname);
use File::Path qw(remove_tree);
use File::Temp qw(tempdir);
use IO::Socket::UNIX;
use JSON::PP ();
use POSIX ();
use Time::HiRes qw(sleep time);

use ScimTest::Server;

my $scripts = dirname(abs_path(__FILE__)) . '/../../../src/store/scripts';
my $json = JSON::PP->new->canonical->utf8;
my $created = '2026-01-01T00:00:00.000Z';

sub new {
    my ($class) = @_;
    my $dir = tempdir('scim-redis-XXXXXX', TMPDIR => 1);
    my $self = bless { dir => $dir, owner => $$, socket => "$dir/redis.sock" },
        $class;
    # nginx' workers may be another user.
    chmod 0755, $dir;
    $self->{port} = ScimTest::Server::free_port();
    $self->start;
    return $self;
}

sub start {
    my ($self) = @_;
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', "$self->{dir}/redis.log";
        open STDERR, '>&', \*STDOUT;
        exec $ENV{REDIS_SERVER} // 'redis-server',
            qw(--bind 127.0.0.1 --save), '', '--appendonly', 'no',
            '--port', $self->{port}, '--dir', $self->{dir}, '--unixsocket',
            $self->{socket}, '--unixsocketperm', '777'
            or POSIX::_exit(127);
    }
    $self->{pid} = $pid;

    my $deadline = time + 30;
    until ($self->{connection} = $self->connect) {
        die "redis-server does not start: see $self->{dir}/redis.log"
            if time > $deadline;
        sleep 0.01;
    }
}

sub connect {
    my ($self) = @_;
    return IO::Socket::UNIX->new(Peer => $self->{socket});
}

# Only who started it ends it: a fork of the test file has it too.
sub stop {
    my ($self) = @_;
    return if $$ != $self->{owner} || !$self->{pid};
    local ($?, $!);
    kill KILL => $self->{pid};
    waitpid delete $self->{pid}, 0;
    remove_tree($self->{dir});
}

sub DESTROY { $_[0]->stop }

# One command, its reply; dies of an error.
sub command {
    my ($self, @args) = @_;
    my $socket = $self->{connection};
    print {$socket} '*' . @args . "\r\n",
        map { '$' . length($_) . "\r\n$_\r\n" } @args;
    $socket->flush;
    return $self->reply;
}

sub reply {
    my ($self) = @_;
    my $socket = $self->{connection};
    local $/ = "\r\n";
    my $line = <$socket> // die 'Redis has gone';
    chomp $line;
    my ($type, $rest) = (substr($line, 0, 1), substr $line, 1);
    die "Redis: $rest" if $type eq '-';
    return $rest if $type eq '+' || $type eq ':';
    return undef if $rest < 0;
    return [map { $self->reply } 1 .. $rest] if $type eq '*';
    read $socket, my $text, $rest + 2;
    return substr $text, 0, $rest;
}

# All scripts, as a Redis knows them that has served for a while.
sub load {
    my ($self) = @_;
    $self->command(qw(SCRIPT LOAD), text($_)) for glob "$scripts/*.lua";
}

sub text {
    my ($path) = @_;
    open my $in, '<', $path or die "$path: $!";
    local $/;
    return scalar <$in>;
}

# --- what is in it ------------------------------------------------------------

# Every block begins with this and nothing else.
sub reset {
    my ($self) = @_;
    $self->command(@$_) for [qw(REPLICAOF NO ONE)], [qw(CLIENT UNPAUSE)],
        [qw(CONFIG SET maxmemory 0)], [qw(CONFIG SET maxclients 1000)],
        [qw(CONFIG SET requirepass), ''], [qw(ACL DELUSER scim)],
        ['FLUSHALL'];
    $self->load;
}

sub tenant {
    my ($self, $name, $enabled) = @_;
    my @fields = (enabled => $enabled, created => 1767225600000,
        settings => '{}', seq => 0);
    $self->command('HSET', "scim:{$name}:tenant", @fields);
    $self->command('SADD', 'scim:tenants', $name);
}

# expires in ms since the epoch, 0 for never.
sub token {
    my ($self, $tenant, $token, %field) = @_;
    my $hash = sha256_hex($token);
    my %record = (created => 1767225600000, expires => 0, scope => 'provision',
        name => $field{id}, %field);
    $self->command('HSET', "scim:token:$hash", tenant => $tenant, %record);
    my $id = delete $record{id};
    $record{$_} += 0 for qw(created expires);
    $self->command('HSET', "scim:{$tenant}:tokens", $id,
        $json->encode({ %record, hash => $hash }));
}

sub user {
    my ($self, $tenant, $id, $attributes) = @_;
    my @index = (
        [userName => lc $attributes->{userName}],
        map { ['emails.value' => lc $_->{value}] }
            @{ $attributes->{emails} // [] },
    );
    push @index, [displayName => lc $attributes->{displayName}]
        if defined $attributes->{displayName};
    push @index, [externalId => $attributes->{externalId}]
        if defined $attributes->{externalId};
    $self->resource($tenant, 'User', $id, $attributes,
        $attributes->{displayName} // $attributes->{userName},
        [missing(\@index, qw(userName externalId displayName emails.value))],
        []);
}

sub group {
    my ($self, $tenant, $id, $attributes, @members) = @_;
    my @index = ([displayName => lc $attributes->{displayName}]);
    push @index, [externalId => $attributes->{externalId}]
        if defined $attributes->{externalId};
    $self->resource($tenant, 'Group', $id, $attributes,
        $attributes->{displayName},
        [missing(\@index, qw(externalId displayName))], \@members);
}

# A resource without value has an entry in the index all the same.
sub missing {
    my ($index, @names) = @_;
    my %has = map { $_->[0] => 1 } @$index;
    return (@$index, map { [$_ => "\xff"] } grep { !$has{$_} } @names);
}

# The keys of docs/data-model.md, as a POST would have left them.
sub resource {
    my ($self, $tenant, $type, $id, $attributes, $display, $index, $members)
        = @_;
    my $prefix = "scim:{$tenant}:";
    my %doc = (
        schemas => ["urn:ietf:params:scim:schemas:core:2.0:$type"],
        %$attributes, id => $id,
    );
    my $doc = $json->encode(\%doc);
    # The response is made by adding to the end, which is meta.
    my $meta = qq{{"resourceType":"$type","created":"$created"}};
    $doc =~ s/\}\z/,"meta":$meta}/;

    $self->command('HSET', "${prefix}r:$type:$id", doc => $doc, ver => 1,
        mod => $created, name => $display);
    $self->add($prefix, "order:$type",
        $self->command('HINCRBY', "${prefix}tenant", seq => 1), $id);
    $self->add($prefix, "index:$type:$_->[0]", 0, "$_->[1]\0$id") for @$index;

    for my $member (@$members) {
        my $group = $self->command('EXISTS', "${prefix}r:Group:$member");
        $self->command('ZADD', "${prefix}members:$id", $group, $member);
        $self->command('SADD', "${prefix}groups:$member", $id);
    }
}

# To a sorted set that is listed under `sorted`.
sub add {
    my ($self, $prefix, $name, $score, $entry) = @_;
    $self->command('ZADD', "$prefix$name", $score, $entry);
    $self->command('SADD', "${prefix}sorted", $name);
}

1;
