"""Prints a mesh file of N sites that all peer with one another (no [[link]]: 200 sites are 19,900 links)."""

import base64
import hashlib
import sys


def key(site):
    # Any 32 bytes are a public key; a hash keeps the file the same from run to run.
    return base64.b64encode(hashlib.sha256(f"site {site}".encode()).digest()).decode()


def main(count):
    print('[mesh]\nname = "full"\noverlay = "10.255.0.0/16"\nlinks = "172.16.0.0/15"\nlink_prefix = 31')
    print('lans = ["10.0.0.0/9"]')
    for site in range(1, count + 1):
        print(f'\n[[site]]\nname = "s{site}"\nid = {site}\nasn = {4200000000 + site}')
        print(f'lan = ["10.{site // 256}.{site % 256}.0/24"]\nlan_interface = "br-lan"')
        print(f'endpoint = "192.0.2.{site}:51820"\npublic_key = "{key(site)}"')


main(int(sys.argv[1]))
