# `tcp_listen`: a peer that answers every connection with `tcp_reply`, after
# `tcp_query_len` bytes or the first read and `tcp_reply_delay`, and then closes
# it, unless there is `tcp_no_close`.
package ScimTest::FakeTcp;

use v5.10.1;
use strict;
use warnings;

use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX ();
use Time::HiRes qw(sleep);

sub start {
    my ($class, $block, $target) = @_;
    my $listen = $target =~ /^\d+$/
        ? IO::Socket::INET->new(Listen => 16, LocalAddr => '127.0.0.1',
            LocalPort => $target, ReuseAddr => 1)
        : IO::Socket::UNIX->new(Listen => 16, Local => $target);
    die "tcp_listen $target: $!" unless $listen;

    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        serve($listen, $block);
        POSIX::_exit(0);
    }
    return bless { pid => $pid, target => $target }, $class;
}

sub serve {
    my ($listen, $block) = @_;
    my $reply = $block->tcp_reply;
    my $length = $block->tcp_query_len // 1;
    my $delay = $block->tcp_reply_delay // 0;
    my @open;

    $delay =~ s/s$//;
    while (my $client = $listen->accept) {
        my $query = '';
        while (length $query < $length) {
            sysread($client, $query, 4096, length $query) or last;
        }
        my $answer = ref $reply eq 'CODE' ? $reply->($query) : $reply;
        sleep $delay;
        $client->autoflush(1);
        print {$client} $_ for ref $answer ? @$answer : $answer // '';
        defined $block->tcp_no_close ? push @open, $client : close $client;
    }
}

sub stop {
    my ($self) = @_;
    kill KILL => $self->{pid};
    waitpid $self->{pid}, 0;
    unlink $self->{target} if $self->{target} =~ m{/};
}

1;
