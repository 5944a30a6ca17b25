# A Redis that shakes hands and answers everything else with the same bytes.
package ScimTest::FakeRedis;

use v5.10.1;
use strict;
use warnings;

use IO::Select;
use IO::Socket::UNIX;
use POSIX ();

sub start {
    my ($class, $path, $answer) = @_;
    unlink $path;
    my $listen = IO::Socket::UNIX->new(Listen => 16, Local => $path)
        or die "$path: $!";
    chmod 0777, $path;

    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        serve($listen, $answer);
        POSIX::_exit(0);
    }
    return bless { pid => $pid, path => $path, owner => $$ }, $class;
}

sub serve {
    my ($listen, $answer) = @_;
    my $select = IO::Select->new($listen);
    local $SIG{PIPE} = 'IGNORE';

    while (my @ready = $select->can_read) {
        for my $socket (@ready) {
            if ($socket == $listen) {
                $select->add($listen->accept // next);
            } elsif (sysread $socket, my $query, 65536) {
                syswrite $socket, $_ for replies($query, $answer);
            } else {
                $select->remove($socket);
                close $socket;
            }
        }
    }
}

# Commands arrive whole: they are few and small.
sub replies {
    my ($query, $answer) = @_;
    return map {
        /\bSETNAME\b/ ? "+OK\r\n" : /\bPING\b/ ? "+PONG\r\n" : $answer
    } split /^(?=\*\d+\r\n)/m, $query;
}

sub stop {
    my ($self) = @_;
    return if $$ != $self->{owner} || !$self->{pid};
    local ($?, $!);
    kill KILL => $self->{pid};
    waitpid delete $self->{pid}, 0;
    unlink $self->{path};
}

sub DESTROY { $_[0]->stop }

1;
